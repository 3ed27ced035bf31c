/// The body of a registry's answer that is not a success (OCI distribution-spec 1.1, "Error Codes").
public struct RegistryErrorBody: Codable, Hashable, Sendable {
    /// One failure.
    public struct Failure: Hashable, Sendable {
        /// A ``RegistryErrorCode``, or another registry's own code.
        public var code: String
        /// A sentence for people.
        public var message: String?
        /// More about it; other forms than text are passed over when reading.
        public var detail: String?

        /// Makes a failure.
        public init(code: RegistryErrorCode, message: String, detail: String? = nil) {
            self.code = code.rawValue
            self.message = message
            self.detail = detail
        }
    }

    /// What went wrong.
    public var errors: [Failure]

    /// Makes a body.
    public init(errors: [Failure]) {
        self.errors = errors
    }
}

extension RegistryErrorBody.Failure: Codable {
    private enum CodingKeys: String, CodingKey {
        case code, message, detail
    }

    /// Reads a failure, as forgiving as registries are different.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        code = try container.decode(String.self, forKey: .code)
        message = try? container.decodeIfPresent(String.self, forKey: .message)
        detail = try? container.decodeIfPresent(String.self, forKey: .detail)
    }
}
