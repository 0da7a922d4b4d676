"""The console as staff see it."""


def test_home_shows_the_numbers_the_board_and_the_events(staff):
    page = staff()
    page.goto("/console/")
    assert page.locator(".figures li").count() == 6
    assert page.locator(".strip li").count() == 25
    assert page.locator(".plots svg").count() == 2
    assert page.locator(".colophon tbody tr").count() >= 2


def test_the_sidebar_opens_every_list(staff):
    page = staff(lang="zh")
    page.goto("/console/")
    addresses = page.eval_on_selector_all(
        "a[href^='/console/']", "links => [...new Set(links.map((a) => a.getAttribute('href')))]"
    )
    lists = [each for each in addresses if each.count("/") == 4]
    assert len(lists) >= 8
    for address in lists:
        assert page.goto(address).status == 200


def test_the_language_is_the_one_chosen_on_the_pages(staff):
    page = staff()
    page.goto("/account")
    page.click(".tongue button")
    page.goto("/console/")
    assert "今日" in page.content()


def test_a_visitor_is_sent_to_the_one_sign_in(visit):
    page = visit()
    page.goto("/console/")
    assert "/account/login/" in page.url
