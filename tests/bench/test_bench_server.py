"""The server's benchmark runs and fills its block. No test here asserts a time: machines differ."""

from pathlib import Path

import pytest

from teiki_scenarios import bench_server

DOCUMENT = "before\n<!-- bench-server -->\nold\n<!-- /bench-server -->\nafter\n"


@pytest.mark.slow
def test_quick_benchmark_measures_everything(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    documents = [tmp_path / "README.md", tmp_path / "README.ja.md"]
    for document in documents:
        document.write_text(DOCUMENT, encoding="utf-8")
    bench_server.main(["--quick", "--into", *map(str, documents)])
    printed = capsys.readouterr().out
    english, japanese = (document.read_text(encoding="utf-8") for document in documents)
    assert printed.strip() in english and "old" not in english
    assert printed.count("\n|") == japanese.count("\n|") == 9
    assert "too small for the bars" in english and "動作確認用" in japanese
