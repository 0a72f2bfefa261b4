from xlbench.report.markup import Markup, element, join


def test_text_is_escaped_and_markup_is_not():
    inner = element("code", "a < b & 'c'")
    assert inner == "<code>a &lt; b &amp; &#x27;c&#x27;</code>"
    assert element("p", inner, " <") == f"<p>{inner} &lt;</p>"


def test_attributes_are_escaped_and_named_as_html_names_them():
    made = element("td", "x", class_="a", aria_label='"<>"', viewBox="0 0 1 1")
    assert made == '<td class="a" aria-label="&quot;&lt;&gt;&quot;" viewBox="0 0 1 1">x</td>'


def test_an_element_without_content_is_closed():
    assert element("line", x1=1.5) == '<line x1="1.5"/>'
    assert element("td") == "<td></td>"


def test_parts_are_joined_escaped():
    assert join(["<", Markup("<br/>")], "&") == "&lt;&amp;<br/>"
