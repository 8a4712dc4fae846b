"""Words are shared in either language; what is a name in capitals is no part of other words."""

import pytest

from rag.overlap import content, has_any, word_share


@pytest.mark.parametrize(
    ("words", "text", "share"),
    [
        ("US officials", "pejabat AS", 1.0),
        ("US officials", "usai itu pejabat pulang ke asalnya", 0.5),
        ("the IS leader", "pemimpin IS", 1.0),
        ("the IS attack", "isi berita tentang serangan", 0.5),
        ("serangan itu", "The attacks failed", 1.0),
        ("Erdoğan", "erdogan", 1.0),
        ("14 percent", "14% of them", 1.0),
        ("", "nothing", 0.0),
    ],
)
def test_the_share_counts_words_and_their_translations(words, text, share):
    assert word_share(words, text) == share


def test_small_words_are_no_content_unless_they_are_names():
    assert content("is it as he was") == []
    (states,) = content("is he in AS?")
    assert "US" in states


def test_what_counts_in_capitals_is_found_whole_and_in_capitals():
    assert has_any("di AS.", frozenset({"AS"}))
    assert not has_any("di asrama", frozenset({"AS"}))
    assert not has_any("PTUN", frozenset({"PT"}))
    assert has_any("Gubernur DKI Jakarta", frozenset({"DKI jakarta"}))
    assert has_any("ON 3 MAY", frozenset({"May"}))
    assert not has_any("it may rain", frozenset({"May"}))
