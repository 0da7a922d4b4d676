"""Tests of the carriers; the contract's own asserts speak as the tests' do."""

import pytest

pytest.register_assert_rewrite(f"{__name__}.contract")
