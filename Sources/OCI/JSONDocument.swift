internal import FoundationEssentials

/// Reads and writes the JSON documents of images.
public enum JSONDocument {
    /// Writes `value` compactly and with sorted keys, so that equal values give equal bytes.
    /// - Throws: `invalidDocument`.
    public static func encode(_ value: some Encodable) throws(OCIError) -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        do {
            return [UInt8](try encoder.encode(value))
        } catch {
            throw OCIError(.invalidDocument, "the document cannot be written as JSON: \(error)", cause: error)
        }
    }

    /// Reads a value out of `bytes`; fields that the type does not have are passed over.
    /// - Parameter subject: what the document is, for messages, as in "the manifest".
    /// - Throws: `invalidDocument`, whose message names the field that is wrong.
    public static func decode<Value: Decodable>(
        _ type: Value.Type = Value.self, from bytes: [UInt8], subject: String
    ) throws(OCIError) -> Value {
        do {
            return try value(in: bytes)
        } catch {
            throw OCIError(.invalidDocument, "\(subject) cannot be read: \(reason(for: error))", cause: error)
        }
    }

    /// Reads a value out of bytes that anybody may have written; fields that the type does not have are passed over.
    /// - Throws: `DecodingError`.
    package static func value<Value: Decodable>(
        _ type: Value.Type = Value.self, in bytes: some Collection<UInt8>
    ) throws -> Value {
        // The decoder of Swift 6.3 traps where the last byte opens the 513th array: the place that it reports for an array too deep
        // is the one behind the next byte (swift-foundation, JSONScanner.scanArray). With a space at the end there is one.
        var document = Data(capacity: bytes.count + 1)
        document.append(contentsOf: bytes)
        document.append(UInt8(ascii: " "))
        return try JSONDecoder().decode(Value.self, from: document)
    }

    private static func reason(for error: any Error) -> String {
        func place(_ path: [any CodingKey]) -> String {
            let text = path.map { $0.intValue.map { "[\($0)]" } ?? ".\($0.stringValue)" }.joined()
            return text.isEmpty ? "the top level" : String(text.drop { $0 == "." })
        }
        switch error {
        case DecodingError.keyNotFound(let key, let context):
            return "'\(key.stringValue)' is missing at \(place(context.codingPath))"
        case DecodingError.typeMismatch(let type, let context), DecodingError.valueNotFound(let type, let context):
            return "\(place(context.codingPath)) is not of the type \(type)"
        case DecodingError.dataCorrupted(let context):
            return context.codingPath.isEmpty
                ? "it is not valid JSON" : "\(place(context.codingPath)): \(context.debugDescription)"
        default:
            return "\(error)"
        }
    }
}
