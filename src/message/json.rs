//! JSON values, with a strict parser and a writer.
//!
//! Hand-written because `serde_json` adds far more than 1 kB gzip to the module. `JSON.parse` needs a crossing into JavaScript per
//! member and overflows the stack on deeply nested values. `tests/host/properties.rs` compares this parser with `serde_json`.
//!
//! Source: RFC 8259.

use std::borrow::Cow;

/// Number of nested arrays and objects that are kept; protobuf's limit.
pub const MAX_DEPTH: usize = 100;

/// Largest whole number up to which JavaScript and JSON libraries represent all whole numbers exactly.
const MAX_EXACT: i64 = (1 << 53) - 1;

/// A JSON value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Json<'a> {
    /// `null`.
    Null,
    /// A Boolean.
    Bool(bool),
    /// A number, as text.
    Number(Cow<'a, str>),
    /// A string.
    String(Cow<'a, str>),
    /// An array.
    Array(Vec<Json<'a>>),
    /// An object. A later member replaces an earlier one of the same name.
    Object(Vec<Member<'a>>),
    /// An array or object inside [`MAX_DEPTH`] others. It was checked but not kept.
    TooDeep,
}

/// The name and the value of a member of an object.
pub type Member<'a> = (Cow<'a, str>, Json<'a>);

/// Parses JSON text; `None` if it is malformed.
///
/// A value that is nested too deeply becomes [`Json::TooDeep`]; the values around it are kept.
///
/// ```
/// use zitadel_org_web::message::json;
///
/// let json = json::parse(r#"{ "a": 1e3, "b": ["\u00df"] }"#).unwrap();
/// assert_eq!(json.member("a").and_then(|number| number.whole_number()), Some(1000));
/// assert_eq!(json.member("b").and_then(|array| array.items()?.first()?.as_str()), Some("ß"));
/// assert_eq!(json::parse("{} 1"), None);
/// ```
#[must_use]
pub fn parse(text: &str) -> Option<Json<'_>> {
    let mut parser = Parser { text, position: 0 };
    let json = parser.value(0)?;
    parser.skip_blanks();
    parser.peek().is_none().then_some(json)
}

impl<'a> Json<'a> {
    /// Returns an object.
    pub(crate) fn object<const N: usize>(members: [(&'static str, Self); N]) -> Self {
        Self::Object(members.into_iter().map(|(name, value)| (Cow::Borrowed(name), value)).collect())
    }

    /// Returns a whole number.
    pub(crate) fn number(number: i64) -> Self {
        Self::Number(Cow::Owned(number.to_string()))
    }

    /// Returns a member of an object; `None` if it is absent or null, or if this is not an object.
    #[must_use]
    pub fn member(&self, name: &str) -> Option<&Self> {
        self.last_member(|other| other == name)
    }

    /// Returns the last member with a matching name; `None` if it is absent or null.
    pub(super) fn last_member(&self, is_match: impl Fn(&str) -> bool) -> Option<&Self> {
        let (_, value) = self.members()?.iter().rfind(|(name, _)| is_match(name))?;
        Some(value).filter(|value| **value != Self::Null)
    }

    /// Returns a member that is a string.
    pub(crate) fn text(&self, name: &str) -> Option<&str> {
        self.member(name)?.as_str()
    }

    /// Returns the items of a member that is an array; none if it is absent.
    pub(crate) fn list(&self, name: &str) -> &[Self] {
        self.member(name).and_then(Self::items).unwrap_or_default()
    }

    /// Returns all members in their order if this is an object, including those that a later one replaces.
    #[must_use]
    pub fn members(&self) -> Option<&[Member<'a>]> {
        if let Self::Object(members) = self { Some(members) } else { None }
    }

    /// Returns the items if this is an array.
    #[must_use]
    pub fn items(&self) -> Option<&[Self]> {
        if let Self::Array(items) = self { Some(items) } else { None }
    }

    /// Returns the text if this is a string.
    #[must_use]
    pub fn as_str(&self) -> Option<&str> {
        if let Self::String(text) = self { Some(text) } else { None }
    }

    /// Returns the Boolean if this is one.
    #[must_use]
    pub const fn as_bool(&self) -> Option<bool> {
        if let Self::Bool(value) = self { Some(*value) } else { None }
    }

    /// Returns the number if this is a whole one, for instance `7`, `7.0` or `1e3`, of at most 53 bits. A larger one may have
    /// been rounded before it was written.
    #[must_use]
    pub fn whole_number(&self) -> Option<i64> {
        if let Self::Number(text) = self { whole_number(text) } else { None }
    }

    /// Returns true if no part of the value was nested too deeply.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        match self {
            Self::Array(items) => items.iter().all(Self::is_complete),
            Self::Object(members) => members.iter().all(|(_, value)| value.is_complete()),
            Self::TooDeep => false,
            Self::Null | Self::Bool(_) | Self::Number(_) | Self::String(_) => true,
        }
    }

    /// Returns the value as JSON text. A value that is nested too deeply is null.
    #[must_use]
    pub fn to_text(&self) -> String {
        let mut text = String::new();
        self.write(&mut text);
        text
    }

    fn write(&self, text: &mut String) {
        let mut separator = "";
        match self {
            Self::Null | Self::TooDeep => text.push_str("null"),
            Self::Bool(value) => text.push_str(if *value { "true" } else { "false" }),
            Self::Number(number) => text.push_str(number),
            Self::String(string) => quote(string, text),
            Self::Array(items) => {
                text.push('[');
                for item in items {
                    text.push_str(separator);
                    item.write(text);
                    separator = ",";
                }
                text.push(']');
            }
            Self::Object(members) => {
                text.push('{');
                for (name, value) in members {
                    text.push_str(separator);
                    quote(name, text);
                    text.push(':');
                    value.write(text);
                    separator = ",";
                }
                text.push('}');
            }
        }
    }
}

impl From<String> for Json<'_> {
    fn from(text: String) -> Self {
        Self::String(Cow::Owned(text))
    }
}

impl<'a> From<&'a str> for Json<'a> {
    fn from(text: &'a str) -> Self {
        Self::String(Cow::Borrowed(text))
    }
}

/// Converts a number of JSON's grammar; `None` if it has a fraction or more than 53 bits.
fn whole_number(text: &str) -> Option<i64> {
    let (is_negative, text) = text.strip_prefix('-').map_or((false, text), |digits| (true, digits));
    let (mantissa, exponent) = text.split_once('e').or_else(|| text.split_once('E')).unwrap_or((text, "0"));
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let exponent = exponent.parse().unwrap_or(if exponent.starts_with('-') { i64::MIN } else { i64::MAX });
    let mut whole_digits = i64::try_from(whole.len()).ok()?.saturating_add(exponent);
    let mut number = 0_i64;
    for digit in whole.bytes().chain(fraction.bytes()) {
        let digit = i64::from(digit.wrapping_sub(b'0'));
        if whole_digits > 0 {
            number = number.checked_mul(10)?.checked_add(digit)?;
            whole_digits = whole_digits.saturating_sub(1);
        } else if digit != 0 {
            return None;
        }
    }
    while whole_digits > 0 && number != 0 {
        number = number.checked_mul(10)?;
        whole_digits = whole_digits.saturating_sub(1);
    }
    (number <= MAX_EXACT).then_some(if is_negative { number.wrapping_neg() } else { number })
}

/// A position in JSON text.
struct Parser<'a> {
    text: &'a str,
    position: usize,
}

impl<'a> Parser<'a> {
    /// Parses a value that `depth` arrays and objects enclose.
    fn value(&mut self, depth: usize) -> Option<Json<'a>> {
        self.skip_blanks();
        match self.peek()? {
            b'[' | b'{' if depth == MAX_DEPTH => self.skip_container(),
            b'[' => {
                let mut items = Vec::new();
                let mut has_more = self.enter(b']');
                while has_more {
                    items.push(self.value(depth.saturating_add(1))?);
                    has_more = self.has_more(b']')?;
                }
                Some(Json::Array(items))
            }
            b'{' => {
                let mut members = Vec::new();
                let mut has_more = self.enter(b'}');
                while has_more {
                    members.push((self.name()?, self.value(depth.saturating_add(1))?));
                    has_more = self.has_more(b'}')?;
                }
                Some(Json::Object(members))
            }
            _ => self.scalar(),
        }
    }

    /// Checks an array or object of any depth, without recursion.
    fn skip_container(&mut self) -> Option<Json<'a>> {
        // The closing brackets of the arrays and objects that are open.
        let mut open = Vec::new();
        loop {
            self.skip_blanks();
            let mut has_more = match self.peek()? {
                bracket @ (b'[' | b'{') => {
                    let close = if bracket == b'[' { b']' } else { b'}' };
                    open.push(close);
                    self.enter(close)
                }
                _ => {
                    self.scalar()?;
                    self.has_more(*open.last()?)?
                }
            };
            while !has_more {
                open.pop();
                let Some(close) = open.last() else { return Some(Json::TooDeep) };
                has_more = self.has_more(*close)?;
            }
            if open.last() == Some(&b'}') {
                self.name()?;
            }
        }
    }

    /// Consumes an opening bracket; returns false, and consumes the closing one, if nothing is in between.
    fn enter(&mut self, close: u8) -> bool {
        self.advance(1);
        self.skip_blanks();
        !self.consume(close)
    }

    /// Consumes the comma or the closing bracket after an item; returns true for a comma.
    fn has_more(&mut self, close: u8) -> Option<bool> {
        self.skip_blanks();
        if self.consume(close) { Some(false) } else { self.consume(b',').then_some(true) }
    }

    /// Parses a member's name and the colon.
    fn name(&mut self) -> Option<Cow<'a, str>> {
        self.skip_blanks();
        let name = self.string()?;
        self.skip_blanks();
        self.consume(b':').then_some(name)
    }

    fn scalar(&mut self) -> Option<Json<'a>> {
        match self.peek()? {
            b'"' => self.string().map(Json::String),
            b'n' => self.literal("null", Json::Null),
            b't' => self.literal("true", Json::Bool(true)),
            b'f' => self.literal("false", Json::Bool(false)),
            _ => self.number().map(|text| Json::Number(Cow::Borrowed(text))),
        }
    }

    fn literal(&mut self, name: &str, value: Json<'a>) -> Option<Json<'a>> {
        let is_match = self.rest().starts_with(name.as_bytes());
        self.advance(name.len());
        is_match.then_some(value)
    }

    fn number(&mut self) -> Option<&'a str> {
        let start = self.position;
        self.consume(b'-');
        // A number has no leading zeros.
        if !self.consume(b'0') {
            self.digits()?;
        }
        if self.consume(b'.') {
            self.digits()?;
        }
        if self.consume(b'e') || self.consume(b'E') {
            let _ = self.consume(b'-') || self.consume(b'+');
            self.digits()?;
        }
        self.text.get(start..self.position)
    }

    /// Consumes one or more digits.
    fn digits(&mut self) -> Option<()> {
        let count = self.rest().iter().take_while(|byte| byte.is_ascii_digit()).count();
        self.advance(count);
        (count > 0).then_some(())
    }

    fn string(&mut self) -> Option<Cow<'a, str>> {
        if !self.consume(b'"') {
            return None;
        }
        let mut text = String::new();
        loop {
            let start = self.position;
            let len = self.rest().iter().position(|byte| matches!(byte, b'"' | b'\\' | ..=0x1f))?;
            self.advance(len);
            let piece = self.text.get(start..self.position)?;
            if self.consume(b'"') {
                if text.is_empty() {
                    return Some(Cow::Borrowed(piece));
                }
                text.push_str(piece);
                return Some(Cow::Owned(text));
            }
            // A control character is not allowed.
            if !self.consume(b'\\') {
                return None;
            }
            text.push_str(piece);
            text.push(self.escape()?);
        }
    }

    /// Parses an escape after its backslash.
    fn escape(&mut self) -> Option<char> {
        let byte = self.peek()?;
        self.advance(1);
        Some(match byte {
            b'"' | b'\\' | b'/' => char::from(byte),
            b'b' => '\u{8}',
            b'f' => '\u{c}',
            b'n' => '\n',
            b'r' => '\r',
            b't' => '\t',
            b'u' => return self.utf16(),
            _ => return None,
        })
    }

    /// Parses the digits of a `\u` escape, or of two that are a surrogate pair.
    fn utf16(&mut self) -> Option<char> {
        let first = self.hex()?;
        let is_pair = matches!(first, 0xd800..=0xdbff) && self.consume(b'\\') && self.consume(b'u');
        let second = if is_pair { Some(self.hex()?) } else { None };
        char::decode_utf16([first].into_iter().chain(second)).next()?.ok()
    }

    /// Parses four hexadecimal digits.
    fn hex(&mut self) -> Option<u16> {
        let digits = self.rest().get(..4)?;
        self.advance(4);
        digits.iter().try_fold(0, |number, digit| {
            let digit = char::from(*digit).to_digit(16)?;
            Some(number << 4 | u16::try_from(digit).ok()?)
        })
    }

    fn skip_blanks(&mut self) {
        let count = self.rest().iter().take_while(|byte| matches!(byte, b' ' | b'\t' | b'\n' | b'\r')).count();
        self.advance(count);
    }

    fn consume(&mut self, byte: u8) -> bool {
        let is_next = self.peek() == Some(byte);
        self.advance(usize::from(is_next));
        is_next
    }

    fn peek(&self) -> Option<u8> {
        self.rest().first().copied()
    }

    fn rest(&self) -> &'a [u8] {
        self.text.as_bytes().get(self.position..).unwrap_or_default()
    }

    fn advance(&mut self, count: usize) {
        self.position = self.position.saturating_add(count);
    }
}

/// Appends a string as JSON text.
fn quote(value: &str, json: &mut String) {
    json.push('"');
    let mut rest = value;
    while let Some(len) = rest.bytes().position(|byte| matches!(byte, b'"' | b'\\' | ..=0x1f)) {
        let (plain, escaped) = rest.split_at_checked(len).unwrap_or_default();
        json.push_str(plain);
        let mut chars = escaped.chars();
        match chars.next() {
            Some(char @ ('"' | '\\')) => json.extend(['\\', char]),
            Some(control) => {
                json.push_str(if control < '\x10' { "\\u000" } else { "\\u001" });
                json.extend(char::from_digit(control as u32 & 0xf, 16));
            }
            None => {}
        }
        rest = chars.as_str();
    }
    json.push_str(rest);
    json.push('"');
}

/// Parses an unsigned decimal number without a sign.
pub(crate) fn parse_uint64(text: &str) -> Option<u64> {
    text.parse().ok().filter(|_| !text.starts_with('+'))
}

#[cfg(test)]
mod tests {
    use super::{Json, MAX_DEPTH, parse, parse_uint64, quote};

    fn nested(open: &str, close: &str, depth: usize) -> String {
        [open.repeat(depth), "1".to_owned(), close.repeat(depth)].concat()
    }

    #[test]
    fn a_document_is_one_value_between_blanks() {
        assert_eq!(parse(" \t\r\n null \t\r\n "), Some(Json::Null));
        for text in ["", " ", "1 2", "{}{}", "null,", "\u{feff}1", "1\u{a0}", "\u{b}1", "nul", "NULL", "// 1\n1", "'a'"]
        {
            assert_eq!(parse(text), None, "{text:?}");
        }
    }

    #[test]
    fn literals_are_read() {
        assert_eq!((parse("true"), parse("false")), (Some(Json::Bool(true)), Some(Json::Bool(false))));
        assert_eq!(parse("true").unwrap().as_bool(), Some(true));
        assert_eq!(parse("1").unwrap().as_bool(), None);
    }

    #[test]
    fn numbers_follow_the_grammar() {
        for text in ["0", "-0", "7", "10", "0.5", "-1.50", "1e3", "1E+3", "0e-1", "1.0e99999999999999999999"] {
            assert_eq!(parse(text), Some(Json::Number(text.into())), "{text}");
        }
        for text in
            ["00", "01", "-", "-01", "+1", ".5", "1.", "1e", "1e+", "1.e1", "0x1", "NaN", "Infinity", "1_0", "--1"]
        {
            assert_eq!(parse(text), None, "{text}");
        }
    }

    #[test]
    fn whole_numbers_have_up_to_53_bits() {
        for (text, number) in [
            ("0", Some(0)),
            ("-0", Some(0)),
            ("7", Some(7)),
            ("-7", Some(-7)),
            ("7.0", Some(7)),
            ("-7.00e0", Some(-7)),
            ("1e3", Some(1000)),
            ("1.5E+1", Some(15)),
            ("1500e-2", Some(15)),
            ("0e99999999999999999999", Some(0)),
            ("0.0e-99999999999999999999", Some(0)),
            ("9007199254740991", Some(9_007_199_254_740_991)),
            ("-9007199254740991.0", Some(-9_007_199_254_740_991)),
            ("9007199254740992", None),
            ("-9007199254740992", None),
            ("18446744073709551616", None),
            ("1e99999999999999999999", None),
            ("1e-99999999999999999999", None),
            ("1e16", None),
            ("1.5", None),
            ("15e-2", None),
            ("1e-1", None),
        ] {
            assert_eq!(parse(text).unwrap().whole_number(), number, "{text}");
        }
        assert_eq!(parse("\"7\"").unwrap().whole_number(), None);
    }

    #[test]
    fn strings_are_decoded() {
        for (text, expected) in [
            (r#""""#, ""),
            (r#""plain ü 😀""#, "plain ü 😀"),
            (r#""\"\\\/\b\f\n\r\t""#, "\"\\/\u{8}\u{c}\n\r\t"),
            (r#""a\u0041\u00df\u20aC""#, "aAß€"),
            (r#""\ud83d\uDE00\uDBFF\udfff""#, "😀\u{10ffff}"),
            (r#""\u0000\ue000""#, "\0\u{e000}"),
            ("\"\u{7f}\u{2028}\"", "\u{7f}\u{2028}"),
        ] {
            assert_eq!(parse(text).unwrap().as_str(), Some(expected), "{text}");
        }
    }

    #[test]
    fn malformed_strings_are_rejected() {
        for text in [
            r#"""#,
            r#""\""#,
            r#""\x""#,
            r#""\U0041""#,
            r#""\u004""#,
            r#""\u004g""#,
            r#""\u+041""#,
            r#""\u00ü""#,
            r#""\ud800""#,
            r#""\udc00""#,
            r#""\ud800\ud800""#,
            r#""\ud800\ue000""#,
            r#""\ud800\n""#,
            r#""\ud800udc00""#,
            r#""\ud800\u""#,
            r#""\"#,
            "\"\n\"",
            "\"\0\"",
            "\"\x1f\"",
        ] {
            assert_eq!(parse(text), None, "{text}");
        }
    }

    #[test]
    fn arrays_and_objects_follow_the_grammar() {
        for text in ["[]", "[ ]", "[1,[2] , {}]", "{}", "{ }", r#"{"a":1 , "b" : [] }"#, r#"{"":{}}"#] {
            assert!(parse(text).is_some(), "{text}");
        }
        for text in [
            "[",
            "]",
            "[1",
            "[1,",
            "[1,]",
            "[,]",
            "[,1]",
            "[1 2]",
            "[1}",
            "{",
            "}",
            "{]",
            "[}",
            "{\"a\"}",
            "{\"a\":}",
            "{\"a\":1,}",
            "{,}",
            "{a:1}",
            "{1:1}",
            "{\"a\" 1}",
            "{\"a\":1",
            "{\"a\":1 \"b\":2}",
            "{\"a\":1]",
            "{\"a\":1:2}",
        ] {
            assert_eq!(parse(text), None, "{text}");
            // Values that are nested too deeply have the same grammar.
            let deep = [&*"[".repeat(MAX_DEPTH), text, &*"]".repeat(MAX_DEPTH)].concat();
            assert_eq!(parse(&deep), None, "{text}");
        }
    }

    #[test]
    fn the_last_of_several_members_with_a_name_wins() {
        let json = parse(r#"{"a":1,"b":2,"a":3,"c":4,"\u0063":null}"#).unwrap();
        assert_eq!(json.member("a"), Some(&Json::Number("3".into())));
        assert_eq!((json.member("c"), json.member("d")), (None, None));
        assert_eq!(json.members().unwrap().len(), 5);
        assert_eq!((parse("[1]").unwrap().member("a"), parse("7").unwrap().items()), (None, None));
    }

    #[test]
    fn text_is_written_as_it_was_parsed_without_blanks() {
        let json = parse("[ {\"a\" : [ 1.0, {} , null,\ttrue, false],\n\"a\": \"\\u00df\"} ,-1E5]").unwrap();
        assert_eq!(json.to_text(), "[{\"a\":[1.0,{},null,true,false],\"a\":\"ß\"},-1E5]");
    }

    #[test]
    fn a_value_nested_too_deeply_is_left_out() {
        for (open, close) in [("[", "]"), ("{\"a\":", "}"), ("[{\"a\" : ", " } ]")] {
            let levels = if open.starts_with("[{") { 2 } else { 1 };
            assert!(parse(&nested(open, close, MAX_DEPTH / levels)).unwrap().is_complete());
            assert!(!parse(&nested(open, close, MAX_DEPTH / levels + 1)).unwrap().is_complete());
        }
        let text = format!("{{\"a\":{},\"b\":7}}", nested("[", "]", 1000));
        let json = parse(&text).unwrap();
        assert_eq!((json.member("b"), json.is_complete()), (Some(&Json::Number("7".into())), false));
    }

    #[test]
    fn a_million_brackets_are_skipped_or_rejected() {
        for (open, close, count) in
            [("[", "]", 1_000_000), ("{\"a\":", "}", 100_000), ("[1,{\"a\":[],\"b\":", "}]", 10_000)]
        {
            assert!(!parse(&nested(open, close, count)).unwrap().is_complete());
            assert_eq!(parse(&nested(open, close, count)[1..]), None);
            assert_eq!(parse(&open.repeat(count)), None);
        }
    }

    #[test]
    fn a_quoted_string_is_read_as_itself() {
        let text: String = ('\0'..='\u{a0}').chain("ß\u{2028}\u{ffff}😀".chars()).collect();
        let mut quoted = String::new();
        quote(&text, &mut quoted);
        assert_eq!(serde_json::from_str::<String>(&quoted).unwrap(), text);
        assert_eq!(parse(&quoted).unwrap().as_str(), Some(text.as_str()));
    }

    #[test]
    fn a_uint64_has_only_digits() {
        for (text, number) in [
            ("0", Some(0)),
            ("007", Some(7)),
            ("18446744073709551615", Some(u64::MAX)),
            ("18446744073709551616", None),
            ("", None),
            ("+7", None),
            ("-0", None),
            ("1.0", None),
            (" 7", None),
        ] {
            assert_eq!(parse_uint64(text), number, "{text}");
        }
    }
}
