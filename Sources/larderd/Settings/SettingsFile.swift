import Configuration
import FoundationEssentials

/// A configuration file: one flat JSON object whose keys are those of ``Setting``.
///
/// Texts, numbers, true and false, and lists of texts are taken; each is given out as text, as if it had been a flag.
struct SettingsFile: FileConfigSnapshot {
    /// There is nothing to choose.
    struct ParsingOptions: FileParsingOptions {
        static let `default` = ParsingOptions()
    }

    let providerName: String
    private let values: [String: String]

    init(data: RawSpan, providerName: String, parsingOptions: ParsingOptions) throws {
        self.providerName = providerName
        let bytes = unsafe data.withUnsafeBytes { unsafe Data($0) }
        let object: [String: Value]
        do {
            object = try JSONDecoder().decode([String: Value].self, from: bytes)
        } catch let error as DecodingError {
            throw SettingsError(Self.describe(error))
        }
        let known = Set(Setting.allCases.map(\.key))
        for key in object.keys.sorted() where !known.contains(key) {
            throw SettingsError(
                "unknown key '\(key)'; the keys are \(Setting.allCases.map(\.key).joined(separator: ", "))")
        }
        values = object.mapValues(\.text)
    }

    func value(forKey key: AbsoluteConfigKey, type: ConfigType) throws -> LookupResult {
        let name = key.components.joined(separator: ".")
        guard type == .string else { return LookupResult(encodedKey: name, value: nil) }
        let value = values[name].map { ConfigValue(.string($0), isSecret: false) }
        return LookupResult(encodedKey: name, value: value)
    }

    var description: String { "\(providerName) with \(values.count) settings" }

    var debugDescription: String { "\(providerName): \(values)" }

    private static func describe(_ error: DecodingError) -> String {
        switch error {
        case .typeMismatch(_, let context), .valueNotFound(_, let context):
            guard let key = context.codingPath.first?.stringValue else {
                return "the file must hold one JSON object, as in { \"listen\": \"127.0.0.1:7070\" }"
            }
            return "the value of '\(key)' must be a text, a number or a list of texts"
        case .keyNotFound(_, let context), .dataCorrupted(let context):
            return "it is not valid JSON (\(context.debugDescription))"
        @unknown default:
            return "it is not valid JSON"
        }
    }

    /// A value as text.
    private struct Value: Decodable {
        let text: String

        init(from decoder: any Decoder) throws {
            if let list = try? [String](from: decoder) {
                text = list.joined(separator: ",")
                return
            }
            let container = try decoder.singleValueContainer()
            if let value = try? container.decode(String.self) {
                text = value
            } else if let value = try? container.decode(Bool.self) {
                text = value ? "true" : "false"
            } else if let value = try? container.decode(Int.self) {
                text = String(value)
            } else {
                text = String(try container.decode(Double.self))
            }
        }
    }
}
