"""The benchmark runs and fills its block. No test here asserts a time: machines differ."""

from pathlib import Path

import pytest

from teiki_scenarios import bench

DOCUMENT = "before\n<!-- bench -->\nold\n<!-- /bench -->\nafter\n"


@pytest.mark.slow
def test_quick_benchmark_measures_everything(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    documents = [tmp_path / "README.md", tmp_path / "README.ja.md"]
    for document in documents:
        document.write_text(DOCUMENT, encoding="utf-8")
    bench.main(["--quick", "--into", *map(str, documents)])
    printed = capsys.readouterr().out
    english, japanese = (document.read_text(encoding="utf-8") for document in documents)
    assert printed.strip() in english
    assert printed.count("\n|") == japanese.count("\n|") == 17
    assert "too small for the bars" in english and "動作確認用" in japanese
    for text in (english, japanese):
        assert text.startswith("before\n<!-- bench -->\n") and text.endswith("<!-- /bench -->\nafter\n")
        assert "old" not in text


def test_a_figure_at_its_bar_meets_it() -> None:
    sizes = bench.Sizes()
    lines = [
        bench.Line("a", "あ", "4", "≤ 4", True),
        bench.Line("b", "い", "5", "≤ 4", False),
        bench.Line("c", "う", "6"),
    ]
    assert bench.table(lines, sizes, "en").splitlines()[-3:] == [
        "| a | 4 | ≤ 4 | yes |",
        "| b | 5 | ≤ 4 | **no** |",
        "| c | 6 |  |  |",
    ]
    assert bench.table(lines, sizes, "ja").splitlines()[-2] == "| い | 5 | ≤ 4 | **×** |"


def test_a_document_without_its_block_is_left_alone(tmp_path: Path) -> None:
    document = tmp_path / "README.md"
    document.write_text("nothing to fill\n", encoding="utf-8")
    with pytest.raises(SystemExit, match="0 blocks"):
        bench.fill(document, [], bench.Sizes())
    assert document.read_text(encoding="utf-8") == "nothing to fill\n"
