//! A graph as one text that other programs read.

use super::{Edge, Format, Shown};
use crate::call::Document;
use std::fmt::Write as _;

/// The media types of these texts. That of `GraphML` is not registered, but what programs that read it go by.
pub(super) const MEDIA: [&str; 2] = ["application/graphml+xml", "text/vnd.graphviz"];

/// The graph as one text, unless JSON is asked for.
pub(super) fn document(format: Format, nodes: &[Shown], edges: &[Edge], truncated: &[&str]) -> Option<Document> {
    let [of_graphml, of_dot] = MEDIA;
    // What is left out is said in JSON by a member, here by a comment.
    let cut = if truncated.is_empty() { String::new() } else { format!(" truncated: {} ", truncated.join(", ")) };
    match format {
        Format::Json => None,
        Format::Graphml => {
            Some(Document { media: of_graphml, name: "graph.graphml", text: graphml(nodes, edges, &cut) })
        }
        Format::Dot => Some(Document { media: of_dot, name: "graph.dot", text: dot(nodes, edges, &cut) }),
    }
}

/// Text inside of XML. What XML cannot hold at all becomes a question mark.
fn xml(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\t' | '\n' | '\r' => escaped.push(' '),
            '\u{fffe}' | '\u{ffff}' => escaped.push('?'),
            other if other.is_control() => escaped.push('?'),
            other => escaped.push(other),
        }
    }
    escaped
}

fn graphml(nodes: &[Shown], edges: &[Edge], cut: &str) -> String {
    let mut text = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    // Writing to a text cannot fail.
    if !cut.is_empty() {
        let _ = writeln!(text, "<!--{cut}-->");
    }
    text.push_str(concat!(
        "<graphml xmlns=\"http://graphml.graphdrawing.org/xmlns\">\n",
        "<key id=\"model\" for=\"node\" attr.name=\"model\" attr.type=\"string\"/>\n",
        "<key id=\"name\" for=\"node\" attr.name=\"name\" attr.type=\"string\"/>\n",
        "<key id=\"distance\" for=\"node\" attr.name=\"distance\" attr.type=\"int\"/>\n",
        "<key id=\"association\" for=\"edge\" attr.name=\"association\" attr.type=\"string\"/>\n",
        "<graph edgedefault=\"directed\">\n",
    ));
    for Shown { key, model, name, distance, .. } in nodes {
        let (key, model, name) = (xml(key), xml(model), xml(name));
        let _ = writeln!(
            text,
            "<node id=\"{key}\"><data key=\"model\">{model}</data><data key=\"name\">{name}</data>\
             <data key=\"distance\">{distance}</data></node>"
        );
    }
    for Edge { id, association, source, target } in edges {
        let (association, source, target) = (xml(association), xml(source), xml(target));
        let _ = writeln!(
            text,
            "<edge id=\"{id}\" source=\"{source}\" target=\"{target}\"><data key=\"association\">{association}</data></edge>"
        );
    }
    text.push_str("</graph>\n</graphml>\n");
    text
}

/// Text between quotes of DOT.
fn quoted(text: &str) -> String {
    let mut quoted = String::with_capacity(text.len() + 2);
    quoted.push('"');
    for character in text.chars() {
        match character {
            '"' | '\\' => {
                quoted.push('\\');
                quoted.push(character);
            }
            other if other.is_control() => quoted.push(' '),
            other => quoted.push(other),
        }
    }
    quoted.push('"');
    quoted
}

fn dot(nodes: &[Shown], edges: &[Edge], cut: &str) -> String {
    let mut text = String::from("digraph relata {\n");
    if !cut.is_empty() {
        let _ = writeln!(text, "  //{cut}");
    }
    for Shown { key, model, name, .. } in nodes {
        let label = if name.is_empty() { key } else { name };
        let _ = writeln!(text, "  {} [label={}, model={}];", quoted(key), quoted(label), quoted(model));
    }
    for Edge { association, source, target, .. } in edges {
        let _ = writeln!(text, "  {} -> {} [label={}];", quoted(source), quoted(target), quoted(association));
    }
    text.push_str("}\n");
    text
}

#[cfg(test)]
mod tests {
    use super::{Edge, Shown, dot, graphml};

    #[test]
    fn names_with_marks_of_the_languages_are_escaped() {
        let name = "a\"<b>\\&\n".to_owned();
        let node = Shown { key: "app:1".to_owned(), model: "app".to_owned(), id: 1, name, distance: 0 };
        let (source, target) = ("app:1".to_owned(), "app:1".to_owned());
        let edge = Edge { id: 7, association: "uses".to_owned(), source, target };
        assert!(graphml(&[node], std::slice::from_ref(&edge), "").contains("a&quot;&lt;b&gt;\\&amp; </data>"));
        let name = "a\"<b>\\&\n".to_owned();
        let node = Shown { key: "app:1".to_owned(), model: "app".to_owned(), id: 1, name, distance: 0 };
        assert_eq!(
            dot(&[node], &[edge], " truncated: limit "),
            "digraph relata {\n  // truncated: limit \n  \"app:1\" [label=\"a\\\"<b>\\\\& \", model=\"app\"];\n  \
             \"app:1\" -> \"app:1\" [label=\"uses\"];\n}\n"
        );
    }
}
