//! The body of a response.

use js_sys::{Array, ArrayBuffer, Promise, Reflect, Uint8Array};
use wasm_bindgen::prelude::*;

use super::{abort::Abort, settled, source};
use crate::{error::Source, platform::Body, protocol::frame::MAX_BODY_LEN};

#[wasm_bindgen]
extern "C" {
    pub(super) type BodyOwner;
    #[wasm_bindgen(method, getter, structural, catch)]
    fn body(this: &BodyOwner) -> Result<Option<JsValue>, JsValue>;
    #[wasm_bindgen(method, getter, structural, catch, js_name = bodyUsed)]
    fn body_used(this: &BodyOwner) -> Result<Option<JsValue>, JsValue>;
    #[wasm_bindgen(method, structural, catch, js_name = arrayBuffer)]
    fn array_buffer(this: &BodyOwner) -> Result<Option<JsValue>, JsValue>;

    type Stream;
    #[wasm_bindgen(method, structural, catch, js_name = getReader)]
    fn get_reader(this: &Stream) -> Result<Option<Reader>, JsValue>;

    type Reader;
    #[wasm_bindgen(method, structural, catch)]
    fn read(this: &Reader) -> Result<Option<JsValue>, JsValue>;
    #[wasm_bindgen(method, structural, catch)]
    fn cancel(this: &Reader) -> Result<Option<JsValue>, JsValue>;
    #[wasm_bindgen(method, structural, catch, js_name = releaseLock)]
    fn release_lock(this: &Reader) -> Result<(), JsValue>;

    type Chunk;
    #[wasm_bindgen(method, getter, structural, catch)]
    fn done(this: &Chunk) -> Result<Option<JsValue>, JsValue>;
    #[wasm_bindgen(method, getter, structural, catch)]
    fn value(this: &Chunk) -> Result<Option<JsValue>, JsValue>;

    type View;
    #[wasm_bindgen(constructor, js_class = "Uint8Array", catch)]
    fn new(buffer: &JsValue, offset: &JsValue, len: &JsValue) -> Result<View, JsValue>;
}

/// The body of a response that is being read.
#[derive(Debug)]
pub(crate) struct FetchBody {
    bytes: Bytes,
    abort: Abort,
}

#[derive(Debug)]
enum Bytes {
    /// A stream.
    Reader(Reader),
    /// All of it at once, for a response of another fetch whose body is none of the web's streams.
    Whole(BodyOwner),
    /// Nothing more.
    End,
}

impl std::fmt::Debug for Reader {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Reader")
    }
}

impl std::fmt::Debug for BodyOwner {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("BodyOwner")
    }
}

impl FetchBody {
    /// The body of what should be a `Response`.
    pub(super) fn new(response: BodyOwner, abort: Abort) -> Result<Self, JsValue> {
        if response.body_used()?.is_some_and(|used| used.is_truthy()) {
            return Err(js_sys::TypeError::new("its body was read by somebody else").into());
        }
        let has_method =
            |object: &JsValue, name: &str| Reflect::get(object, &name.into()).is_ok_and(|it| it.is_function());
        let bytes = match response.body()? {
            Some(stream) if has_method(&stream, "getReader") => {
                let reader = stream.unchecked_into::<Stream>().get_reader()?;
                Bytes::Reader(reader.ok_or_else(|| js_sys::TypeError::new("its body has no reader"))?)
            }
            _ if has_method(&response, "arrayBuffer") => Bytes::Whole(response),
            // A 204 has no body in some runtimes and an empty one in others.
            None => Bytes::End,
            Some(_) => return Err(js_sys::TypeError::new("its body is not a stream").into()),
        };
        Ok(Self { bytes, abort })
    }

    async fn next(&mut self) -> Result<Option<Vec<u8>>, JsValue> {
        let chunk = match &self.bytes {
            Bytes::Reader(reader) => {
                let chunk: Chunk = settled(&reader.read()?.unwrap_or_default()).await?.unchecked_into();
                if chunk.done()?.is_some_and(|done| done.is_truthy()) {
                    self.bytes = Bytes::End;
                    self.abort.disarm();
                    return Ok(None);
                }
                chunk.value()?
            }
            Bytes::Whole(response) => {
                let whole = settled(&response.array_buffer()?.unwrap_or_default()).await?;
                self.bytes = Bytes::End;
                self.abort.disarm();
                Some(View::new(&whole, &JsValue::UNDEFINED, &JsValue::UNDEFINED)?.into())
            }
            Bytes::End => return Ok(None),
        };
        bytes(&chunk.unwrap_or_default()).map(Some)
    }
}

impl Body for FetchBody {
    async fn read(&mut self) -> Result<Option<Vec<u8>>, Source> {
        self.next().await.map_err(source)
    }
}

impl Drop for FetchBody {
    /// Gives up what was not read, also where fetch ignores its signal.
    fn drop(&mut self) {
        if let Bytes::Reader(reader) = &self.bytes {
            if let Ok(Some(cancelled)) = reader.cancel() {
                // Handled, whatever comes of it.
                let _ = Promise::all_settled(&Array::of1(&cancelled));
            }
            let _ = reader.release_lock();
        }
    }
}

/// The bytes of a chunk, as many of them as a body may have and one more.
fn bytes(chunk: &JsValue) -> Result<Vec<u8>, JsValue> {
    // Not instanceof alone: the stream may come from another realm.
    let bytes = if let Some(bytes) = chunk.dyn_ref::<Uint8Array>() {
        bytes.clone()
    } else if ArrayBuffer::is_view(chunk) {
        let get = |name: &str| Reflect::get(chunk, &name.into());
        View::new(&get("buffer")?, &get("byteOffset")?, &get("byteLength")?)?.unchecked_into()
    } else {
        return Err(js_sys::TypeError::new("the body's stream has a chunk that is not a Uint8Array").into());
    };
    let max = u32::try_from(MAX_BODY_LEN).unwrap_or(u32::MAX).saturating_add(1);
    Ok(if bytes.length() > max { bytes.subarray(0, max).to_vec() } else { bytes.to_vec() })
}
