"""What every page is looked over for: no sideways scrolling, readable, nameable, reachable."""

# Answers a list of faults, empty on a page in order.
FAULTS = r"""
() => {
  const faults = [];
  const shown = (e) => e.checkVisibility({opacityProperty: true, visibilityProperty: true});
  const clipped = (e) => { const b = e.getBoundingClientRect(); return b.width <= 1 || b.height <= 1; };
  const at = (e) => e.tagName.toLowerCase() + (e.id ? "#" + e.id : "") + "." + [...e.classList].join(".");
  if (document.documentElement.scrollWidth > document.documentElement.clientWidth)
    faults.push("scrolls sideways: " + document.documentElement.scrollWidth);
  if (!document.documentElement.lang) faults.push("no language");
  if (!document.title.trim()) faults.push("no title");
  for (const mark of ["main"]) if (!document.querySelector(mark)) faults.push("no " + mark);
  const ids = [...document.querySelectorAll("[id]")].map((e) => e.id);
  for (const id of new Set(ids.filter((id, n) => ids.indexOf(id) !== n))) faults.push("id twice: " + id);
  for (const e of document.querySelectorAll("input:not([type=hidden]),select,textarea")) {
    const named = e.labels?.length || e.getAttribute("aria-label") || e.getAttribute("aria-labelledby");
    if (!named) faults.push("unnamed " + at(e) + " " + e.name);
  }
  for (const e of document.querySelectorAll("a,button")) {
    const name = e.textContent.trim() || e.getAttribute("aria-label") || e.querySelector("[alt],[aria-label]");
    if (shown(e) && !name) faults.push("unnamed " + at(e));
  }
  for (const e of document.querySelectorAll("img:not([alt])")) faults.push("no alt: " + at(e));
  let level = 0;
  for (const e of document.querySelectorAll("h1,h2,h3,h4")) {
    const now = Number(e.tagName[1]);
    if (now > level + 1) faults.push("heading skips to " + now + ": " + e.textContent.trim());
    level = now;
  }
  const light = ([r, g, b]) => {
    const part = (v) => { v /= 255; return v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4; };
    return 0.2126 * part(r) + 0.7152 * part(g) + 0.0722 * part(b);
  };
  const canvas = document.createElement("canvas").getContext("2d", {willReadFrequently: true});
  const colour = (css) => {
    canvas.clearRect(0, 0, 1, 1); canvas.fillStyle = css; canvas.fillRect(0, 0, 1, 1);
    return canvas.getImageData(0, 0, 1, 1).data;
  };
  const ground = (e) => {
    for (let at = e; at; at = at.parentElement) {
      const found = colour(getComputedStyle(at).backgroundColor);
      if (found[3] === 255) return found;
    }
    return colour(getComputedStyle(document.documentElement).colorScheme.includes("dark") ? "#000" : "#fff");
  };
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const seen = new Set();
  while (texts.nextNode()) {
    const e = texts.currentNode.parentElement;
    if (!texts.currentNode.data.trim() || seen.has(e) || e.closest("svg,script,style,noscript,option")) continue;
    seen.add(e);
    if (!shown(e) || clipped(e) || e.closest("[disabled]")) continue;
    const style = getComputedStyle(e);
    const [a, b] = [light(colour(style.color)), light(ground(e))].sort((x, y) => y - x);
    const size = parseFloat(style.fontSize), large = size >= 24 || (size >= 18.66 && style.fontWeight >= 700);
    const ratio = (a + 0.05) / (b + 0.05);
    if (ratio < (large ? 3 : 4.5)) faults.push(`contrast ${ratio.toFixed(2)}: ${at(e)} ${e.textContent.trim().slice(0, 30)}`);
  }
  return faults;
}
"""

# On public pages, what a finger must hit has room enough (WCAG 2.2, 24 px).
SMALL_TARGETS = r"""
() => [...document.querySelectorAll("a,button,input:not([type=hidden]),select,summary")]
  .filter((e) => e.checkVisibility() && !e.closest("p,dd,td,li > span"))
  .map((e) => [e, e.getBoundingClientRect()])
  .filter(([, b]) => b.width > 1 && b.height > 1 && b.height < 24)
  .map(([e, b]) => e.outerHTML.slice(0, 80) + " " + b.height)
"""


def look_over(page):
    """Asserts that the page as it stands has no fault."""
    assert page.evaluate(FAULTS) == [], page.url


def reach_by_keyboard(page, selector, presses=40):
    """Tabs until ``selector`` has the focus, and asserts that the focus can be seen there."""
    for _ in range(presses):
        page.keyboard.press("Tab")
        if page.evaluate("(s) => document.activeElement?.matches(s)", selector):
            break
    else:
        raise AssertionError(f"{selector} cannot be reached by keyboard")
    outline = page.evaluate(
        """() => [document.activeElement, document.activeElement.closest("form,.drop")]
          .filter(Boolean).map((e) => getComputedStyle(e).outlineStyle)"""
    )
    assert set(outline) - {"none"}, f"no visible focus on {selector}"
