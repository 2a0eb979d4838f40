//! The code that the build generates from `proto/`: prost's messages and the typed clients.

#![expect(missing_docs, reason = "packages have no comments that prost could take")]

include!(concat!(env!("OUT_DIR"), "/proto.rs"));
