"""Pages: templates, the drawing code they carry, and what goes into a section."""

import json
from dataclasses import dataclass
from functools import cache

import vl_convert
from jinja2 import Environment, PackageLoader, StrictUndefined

from teiki_reports import Lang
from teiki_reports.charts import Spec
from teiki_reports.tables import Cell, Table
from teiki_reports.texts import Texts


@dataclass(frozen=True, slots=True)
class Section:
    """One part of a page: a chart and the tables behind it, or a sentence where there is nothing."""

    name: str
    title: str
    note: str = ""
    chart: Spec | None = None
    tables: tuple[Table, ...] = ()
    empty: str | None = None
    legend: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Finding:
    """A violation with the events to read it by; in `rows` the first value says whether it is evidence."""

    anchor: str
    row: str
    title: str
    message: str
    headings: tuple[Cell, ...] = ()
    rows: tuple[tuple[bool, str, tuple[Cell, ...]], ...] = ()
    total: int = 0


@dataclass(frozen=True, slots=True)
class Page:
    """What a template needs."""

    title: str
    facts: tuple[tuple[str, str], ...]
    overview: tuple[Table, ...]
    sections: tuple[Section, ...]
    findings: tuple[Finding, ...] = ()
    findings_note: str = ""


def fill(template: str, page: Page, lang: Lang) -> str:
    """The finished HTML of a page."""
    say = Texts(lang)
    specs = {section.name: section.chart for section in page.sections if section.chart}
    embed = {
        "mode": "vega-lite",
        "renderer": "svg",
        # No editor: it would send the data to a site.
        "actions": {"export": True, "source": False, "compiled": False, "editor": False},
        "i18n": {
            "CLICK_TO_VIEW_ACTIONS": say("chart_menu"),
            "SVG_ACTION": say("save_svg"),
            "PNG_ACTION": say("save_png"),
        },
    }
    if lang == "ja":
        embed["timeFormatLocale"] = vl_convert.get_time_format_locale("ja-JP")
    words = {"copied": say("copied")}
    return (
        environment()
        .get_template(template)
        .render(
            page=page,
            say=say,
            lang=lang,
            drawing={"specs": specs, "embed": embed, "words": words},
            bundle=bundle if specs else None,
        )
    )


@cache
def bundle() -> str:
    """Vega, Vega-Lite and vega-embed as one script."""
    return vl_convert.javascript_bundle("window.vegaEmbed = vegaEmbed;").replace("</script", "<\\/script")


@cache
def environment() -> Environment:
    """Where the templates are, and how they are filled."""
    environment = Environment(
        loader=PackageLoader("teiki_reports"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.policies["json.dumps_kwargs"] = {"ensure_ascii": False, "separators": (",", ":")}
    environment.policies["json.dumps_function"] = json.dumps
    return environment
