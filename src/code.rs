//! gRPC status codes, and their mapping from HTTP statuses.

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
            /// All codes in the order of their numbers.
            pub const ALL: [Self; 16] = [$(Self::$variant),*];

            /// Returns the name in the specification, for instance `FAILED_PRECONDITION`.
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
    /// The caller cancelled the call.
    Cancelled = 1 "CANCELLED",
    /// An error that no other code describes.
    Unknown = 2 "UNKNOWN",
    /// The arguments are invalid, regardless of the state of the system.
    InvalidArgument = 3 "INVALID_ARGUMENT",
    /// The deadline passed. The change may have been applied nevertheless.
    DeadlineExceeded = 4 "DEADLINE_EXCEEDED",
    /// A requested object does not exist.
    NotFound = 5 "NOT_FOUND",
    /// The object to create already exists.
    AlreadyExists = 6 "ALREADY_EXISTS",
    /// The caller lacks the permission.
    PermissionDenied = 7 "PERMISSION_DENIED",
    /// A quota or limit is exhausted.
    ResourceExhausted = 8 "RESOURCE_EXHAUSTED",
    /// The system is not in the state that the call requires.
    FailedPrecondition = 9 "FAILED_PRECONDITION",
    /// The call conflicts with a concurrent change.
    Aborted = 10 "ABORTED",
    /// A value is out of range.
    OutOfRange = 11 "OUT_OF_RANGE",
    /// The server does not implement the method.
    Unimplemented = 12 "UNIMPLEMENTED",
    /// An internal error.
    Internal = 13 "INTERNAL",
    /// The service is currently unreachable.
    Unavailable = 14 "UNAVAILABLE",
    /// Data is irrecoverably lost or corrupted.
    DataLoss = 15 "DATA_LOSS",
    /// The token is missing or invalid.
    Unauthenticated = 16 "UNAUTHENTICATED",
}

impl Code {
    /// Returns the code with this number; `None` for 0 (OK) and for numbers that gRPC does not define.
    #[must_use]
    pub fn from_number(number: u64) -> Option<Self> {
        Self::ALL.into_iter().find(|code| u64::from(*code as u8) == number)
    }

    /// Returns the number on the wire, 1 to 16.
    #[must_use]
    pub const fn number(self) -> i32 {
        self as i32
    }

    /// Returns true if a server that responds with this code did not apply the change.
    pub(crate) const fn is_refusal(self) -> bool {
        matches!(
            self,
            Self::InvalidArgument
                | Self::NotFound
                | Self::AlreadyExists
                | Self::PermissionDenied
                | Self::FailedPrecondition
                | Self::OutOfRange
                | Self::Unimplemented
                | Self::Unauthenticated
        )
    }

    /// Returns the code of an HTTP status, for a response without a gRPC status.
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
    fn the_codes_are_the_numbers_1_to_16() {
        for number in 0..=100 {
            let code = Code::from_number(number);
            assert_eq!(code.map(|code| code as u64), (1..=16).contains(&number).then_some(number));
        }
    }

    #[test]
    fn an_http_status_has_the_code_of_grpcs_table() {
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
