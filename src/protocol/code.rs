//! gRPC status codes and what an HTTP status means in their stead.

macro_rules! codes {
    ($($(#[$doc:meta])* $variant:ident = $number:literal $name:literal),* $(,)?) => {
        /// A gRPC status code other than OK.
        ///
        /// Source: grpc `doc/statuscodes.md`.
        ///
        /// ```
        /// use zitadel_org_web::Code;
        ///
        /// assert_eq!((Code::NotFound.number(), Code::NotFound.name()), (5, "NOT_FOUND"));
        /// ```
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        #[repr(u8)]
        pub enum Code {
            $($(#[$doc])* $variant = $number,)*
        }

        impl Code {
            /// Every code, in the order of its number.
            pub const ALL: [Self; 16] = [$(Self::$variant),*];

            /// The code's name in the specification, for instance `FAILED_PRECONDITION`.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self {
                    $(Self::$variant => $name,)*
                }
            }
        }
    };
}

codes! {
    /// The caller gave up.
    Cancelled = 1 "CANCELLED",
    /// An error without a code of its own.
    Unknown = 2 "UNKNOWN",
    /// The call itself is wrong, whatever the state of the system.
    InvalidArgument = 3 "INVALID_ARGUMENT",
    /// The deadline passed; the change may have been made all the same.
    DeadlineExceeded = 4 "DEADLINE_EXCEEDED",
    /// Something that the call needs does not exist.
    NotFound = 5 "NOT_FOUND",
    /// What the call would create exists.
    AlreadyExists = 6 "ALREADY_EXISTS",
    /// The caller may not do this.
    PermissionDenied = 7 "PERMISSION_DENIED",
    /// A quota or a limit is used up.
    ResourceExhausted = 8 "RESOURCE_EXHAUSTED",
    /// The system is not in the state that the call needs.
    FailedPrecondition = 9 "FAILED_PRECONDITION",
    /// A concurrent change got in the way.
    Aborted = 10 "ABORTED",
    /// Past the valid range.
    OutOfRange = 11 "OUT_OF_RANGE",
    /// The server does not have this method.
    Unimplemented = 12 "UNIMPLEMENTED",
    /// Something is broken.
    Internal = 13 "INTERNAL",
    /// The service cannot be reached now.
    Unavailable = 14 "UNAVAILABLE",
    /// Data is lost or damaged for good.
    DataLoss = 15 "DATA_LOSS",
    /// The token is missing or not valid.
    Unauthenticated = 16 "UNAUTHENTICATED",
}

impl Code {
    /// The code with this number; `None` for 0 (OK) and for numbers that gRPC does not define.
    #[must_use]
    pub fn from_number(number: u64) -> Option<Self> {
        Self::ALL.into_iter().find(|code| u64::from(*code as u8) == number)
    }

    /// The code's number on the wire, 1 to 16.
    #[must_use]
    pub const fn number(self) -> i32 {
        self as i32
    }

    /// What an HTTP status means where the response carries no gRPC status.
    ///
    /// Source: grpc `doc/http-grpc-status-mapping.md`, with 431 as UNKNOWN like the Connect conformance suite.
    #[must_use]
    pub const fn from_http_status(status: u16) -> Self {
        match status {
            400 => Self::Internal,
            401 => Self::Unauthenticated,
            403 => Self::PermissionDenied,
            404 => Self::Unimplemented,
            429 | 502 | 503 | 504 => Self::Unavailable,
            _ => Self::Unknown,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Code;

    #[test]
    fn every_number_from_1_to_16_is_a_code_and_no_other() {
        for number in 0..=100 {
            let code = Code::from_number(number);
            assert_eq!(code.map(|code| code as u64), (1..=16).contains(&number).then_some(number));
        }
    }

    #[test]
    fn an_http_status_maps_as_the_grpc_table_says() {
        let table = [
            (400, Code::Internal),
            (401, Code::Unauthenticated),
            (403, Code::PermissionDenied),
            (404, Code::Unimplemented),
            (429, Code::Unavailable),
            (502, Code::Unavailable),
            (503, Code::Unavailable),
            (504, Code::Unavailable),
        ];
        for status in 100..=999 {
            let expected = table.iter().find(|(http, _)| *http == status).map_or(Code::Unknown, |(_, code)| *code);
            assert_eq!(Code::from_http_status(status), expected, "HTTP {status}");
        }
    }
}
