//! What JavaScript calls.

use alloc::vec::Vec;

use crate::{
    answer::{Answer, Ending, Protocol},
    metadata::Block,
    proto::{METHODS, METHODS_JSON},
};

#[cfg(target_arch = "wasm32")]
use wasm_bindgen::prelude::wasm_bindgen;

/// What a module without the standard library brings itself.
#[cfg(all(feature = "standalone", target_arch = "wasm32"))]
mod standalone {
    #[global_allocator]
    static ALLOCATOR: lol_alloc::LockedAllocator<lol_alloc::FreeListAllocator> =
        lol_alloc::LockedAllocator::new(lol_alloc::FreeListAllocator::new());

    /// A panic, of which there should be none, is a trap; the package tells it from everything else.
    #[panic_handler]
    fn panic(_: &core::panic::PanicInfo<'_>) -> ! {
        core::arch::wasm32::unreachable()
    }
}

/// The methods and how they are called, as JSON: by name, an object with the method's `index` and, for `grpc-web` and `json`,
/// the request's `method`, `path`, `headers` and `body`, a list of bytes or null.
///
/// What depends on the call is not in it: the base URL before the path, the token, the organization and options.
#[must_use]
#[cfg_attr(target_arch = "wasm32", wasm_bindgen)]
pub fn methods() -> Vec<u8> {
    METHODS_JSON.as_bytes().to_vec()
}

/// What an answer comes to, as JSON: `{ value }` or `{ error }`; empty if that takes more of the body.
///
/// `method` is its index. `ending` is 0 as long as more of the body may come, 1 at its end and 2 if the connection broke off.
/// `answer` is a line for each header, `headers_len` bytes in all, and the body behind them. A method that there is not has an
/// empty answer.
#[must_use]
#[cfg_attr(target_arch = "wasm32", wasm_bindgen)]
pub fn decode(method: u8, is_rest: bool, http_status: u16, ending: u8, headers_len: usize, answer: &[u8]) -> Vec<u8> {
    let Some(method) = METHODS.get(usize::from(method)) else { return Vec::new() };
    let protocol = if is_rest { Protocol::Rest } else { Protocol::GrpcWeb };
    let ending = match ending {
        0 => Ending::Open,
        1 => Ending::Complete,
        _ => Ending::BrokenOff,
    };
    let (headers, body) = answer.split_at_checked(headers_len).unwrap_or_default();
    Answer { http_status, headers: Block::new(headers), body, ending }.outcome_json(method, protocol)
}
