//! Pages of lists, read while they arrive.

use std::fmt;

use serde::de::{DeserializeOwned, Error as _, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};

use super::live::{Sent, rounded};

/// One page of a list: a bare array, or `{"results": […], "metadata": {"totalItems": n}}`.
#[derive(Debug)]
pub(crate) struct Page<T = Sent> {
    /// The objects in the order of the page.
    pub objects: Vec<T>,
    /// How many objects the question has on all pages, where the service says so.
    pub total: Option<u64>,
}

/// Reads a page as it arrives. In an array, an object is read when its last byte is there, and its bytes are let go: a page of
/// long prompts is never in memory twice, and is read while the rest of it is on its way.
#[derive(Debug, Default)]
pub(crate) struct PageReader {
    /// What was not read yet.
    rest: Vec<u8>,
    /// What stands for all that was read: nothing, the bracket of the array, that and an item, or a comma, too.
    begun: &'static [u8],
    objects: Vec<Sent>,
    /// The object in which the rest ends.
    object: Option<Extent>,
    /// What follows is read at the end: it is not an object of an array.
    is_stuck: bool,
}

/// Where an object stands, as far as it was looked through.
#[derive(Debug)]
struct Extent {
    begin: usize,
    at: usize,
    open_brackets: usize,
    in_text: bool,
}

impl PageReader {
    /// Takes the next bytes.
    pub fn take(&mut self, bytes: &[u8]) {
        self.rest.extend_from_slice(bytes);
        let mut read = 0;
        while let Some(end) = self.next(read) {
            read = end;
        }
        self.rest.drain(..read);
        if let Some(object) = &mut self.object {
            object.begin -= read;
            object.at -= read;
        }
    }

    /// What was not read yet.
    pub fn rest(&self) -> &[u8] {
        &self.rest
    }

    /// Reads white space, the bracket of an array, a comma between objects or an object, if it is there. Gives its end.
    fn next(&mut self, read: usize) -> Option<usize> {
        if self.is_stuck {
            return None;
        }
        if self.object.is_none() {
            let rest = self.rest.get(read..)?;
            let blank = rest.iter().take_while(|byte| byte.is_ascii_whitespace()).count();
            if blank > 0 {
                return Some(read + blank);
            }
            match (self.begun, rest.first()?) {
                (b"", b'[') => {
                    self.begun = b"[";
                    return Some(read + 1);
                }
                (b"[0", b',') => {
                    self.begun = b"[0,";
                    return Some(read + 1);
                }
                (b"[" | b"[0,", b'{') => {
                    self.object = Some(Extent { begin: read, at: read, open_brackets: 0, in_text: false });
                }
                _ => {
                    self.is_stuck = true;
                    return None;
                }
            }
        }
        let object = self.object.as_mut()?;
        let end = object.end(&self.rest)?;
        let read = Sent::read(&self.rest[object.begin..end]);
        self.is_stuck = read.is_err();
        self.object = None;
        self.objects.push(read.ok()?);
        self.begun = b"[0";
        Some(end)
    }

    /// The page, once all bytes were taken.
    ///
    /// # Errors
    /// It is no JSON, or no page.
    pub fn end(&mut self) -> serde_json::Result<Page> {
        if self.begun.is_empty() {
            return Page::read(&self.rest);
        }
        let Page { objects, total } = Page::read(&[self.begun, &self.rest].concat())?;
        let known = std::mem::take(&mut self.objects);
        let rest = objects.into_iter().skip(usize::from(!known.is_empty()));
        Ok(Page { objects: known.into_iter().chain(rest).collect(), total })
    }
}

impl Extent {
    /// The end of the object, if it is there.
    fn end(&mut self, bytes: &[u8]) -> Option<usize> {
        loop {
            if self.in_text {
                let Some(special) = memchr::memchr2(b'"', b'\\', bytes.get(self.at..)?) else {
                    self.at = bytes.len();
                    return None;
                };
                self.at += special;
                self.in_text = bytes[self.at] != b'"';
                if self.in_text && self.at + 1 == bytes.len() {
                    return None;
                }
                self.at += if self.in_text { 2 } else { 1 };
                continue;
            }
            match bytes.get(self.at)? {
                b'"' => self.in_text = true,
                b'{' | b'[' => self.open_brackets += 1,
                b'}' | b']' => self.open_brackets -= 1,
                _ => {}
            }
            self.at += 1;
            if self.open_brackets == 0 {
                return Some(self.at);
            }
        }
    }
}

impl Page {
    /// Reads a page.
    ///
    /// # Errors
    /// It is no JSON, or no page.
    pub fn read(body: &[u8]) -> serde_json::Result<Self> {
        fn of<T: DeserializeOwned>(body: &[u8], sent: fn(T) -> Sent) -> serde_json::Result<Page> {
            let Page { objects, total } = serde_json::from_slice::<Page<T>>(body)?;
            Ok(Page { objects: objects.into_iter().map(sent).collect(), total })
        }
        // Where one object cannot be held, the others still can.
        let at_once = if rounded(body).is_none() { of(body, Sent::Read).ok() } else { None };
        at_once.map_or_else(|| of(body, Sent::Text), Ok)
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Page<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct PageVisitor<T>(std::marker::PhantomData<T>);

        impl<'de, T: Deserialize<'de>> Visitor<'de> for PageVisitor<T> {
            type Value = Page<T>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a list of objects")
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Page<T>, A::Error> {
                let mut objects = Vec::new();
                while let Some(object) = items.next_element()? {
                    objects.push(object);
                }
                Ok(Page { objects, total: None })
            }

            fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Page<T>, A::Error> {
                let (mut objects, mut total) = (None, None);
                while let Some(key) = entries.next_key::<String>()? {
                    match key.as_str() {
                        "results" | "data" => objects = Some(entries.next_value()?),
                        "total" => total = entries.next_value::<serde_json::Value>()?.as_u64(),
                        "metadata" => total = entries.next_value::<serde_json::Value>()?["totalItems"].as_u64(),
                        _ => {
                            entries.next_value::<serde::de::IgnoredAny>()?;
                        }
                    }
                }
                let objects = objects.ok_or_else(|| A::Error::custom("expected a list of objects"))?;
                Ok(Page { objects, total })
            }
        }

        deserializer.deserialize_any(PageVisitor(std::marker::PhantomData))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::values::live::Live;

    fn in_pieces(text: &str, size: usize) -> (PageReader, serde_json::Result<Page>) {
        let mut reader = PageReader::default();
        text.as_bytes().chunks(size).for_each(|piece| reader.take(piece));
        let page = reader.end();
        (reader, page)
    }

    /// Its objects: where one cannot be held, others may be texts or values.
    fn shown(page: serde_json::Result<Page>) -> String {
        let live = |sent| Live::try_from(sent).ok().map(|live| (live.header.clone(), live.value().ok().cloned()));
        match page {
            Ok(page) => format!("{:?} {:?}", page.total, page.objects.into_iter().map(live).collect::<Vec<_>>()),
            Err(error) => format!("{:?}", error.classify()),
        }
    }

    #[test]
    fn a_page_in_pieces_is_the_page() {
        let texts = [
            r#"[{"id":"a","x":"]}\"{["},{"id":"b","y":[{}]}]"#,
            " [ ] ",
            r#" [ {"id":"a"} , {"id":"b"}
 ] "#,
            r#"{"results":[{"id":"a"}],"metadata":{"totalItems":7}}"#,
            r#"[{"id":"a"},5,{"id":"b"}]"#,
            r#"[{"id":"a"},{"id":"b","n":1e999}]"#,
            r#"[{"id":"a"},{"id":"b","n":"\ud800"},{"id":"c"}]"#,
            r#"[{"id":"a"}"#,
            r#"[{"id":"a"},"#,
            r#"[{"id":"a"},]"#,
            r#"[{"id":"a"}]]"#,
            r#"[{"id":"a"} {"id":"b"}]"#,
            r#"[{"id":]}]"#,
            r#"[,{"id":"a"}]"#,
            r#"[{"id":"a\"#,
            "",
            "null",
            "<html>",
        ];
        for text in texts {
            let whole = shown(Page::read(text.as_bytes()));
            for size in 1..=text.len().max(1) {
                assert_eq!(shown(in_pieces(text, size).1), whole, "{text} in pieces of {size}");
            }
        }
    }

    #[test]
    fn bytes_that_were_read_are_let_go() {
        let object = format!(r#"{{"id":"a","x":"{}"}}"#, "x".repeat(1000));
        let text = format!("[{}", format!("{object},").repeat(100));
        let (reader, page) = in_pieces(&text, 100);
        assert!(page.unwrap_err().is_eof());
        assert!(reader.rest.capacity() < 5000, "{}", reader.rest.capacity());
    }

    #[test]
    fn a_page_is_an_array_or_results() {
        let page = Page::read(br#"[{"id":"a"},{"id":"b"}]"#).unwrap();
        assert_eq!((page.objects.len(), page.total), (2, None));
        let page = Page::read(br#"{"metadata":{"totalItems":7},"x":1,"results":[{"id":"a"}]}"#).unwrap();
        assert_eq!((page.objects.len(), page.total), (1, Some(7)));
        for text in [r#"{"message":"no"}"#, "5", r#""x""#, "null", r#"{"results":5}"#] {
            assert!(Page::read(text.as_bytes()).unwrap_err().is_data(), "{text}");
        }
        assert!(Page::read(br#"[{"id":"a"},"#).unwrap_err().is_eof());
    }

    #[test]
    fn white_space_is_looked_at_once() {
        for begin in ["", "[", r#"[{"id":"a"}"#, r#"[{"id":"a"},"#] {
            let mut reader = PageReader::default();
            reader.take(begin.as_bytes());
            (0..100).for_each(|_| reader.take(&[b' '; 1000]));
            assert!(reader.rest().is_empty(), "{begin}");
        }
    }

    proptest! {
        #[test]
        fn any_bytes_give_what_they_give_at_once(text in r#"\[?([\[\]{}:,"\\ a1]|\{"id":"a"\},?|\{"a":[0-9]{1,25}\},){0,12}\]?"#, size in 1usize..9) {
            prop_assert_eq!(shown(in_pieces(&text, size).1), shown(Page::read(text.as_bytes())));
        }
    }
}
