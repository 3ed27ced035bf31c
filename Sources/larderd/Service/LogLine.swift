import FoundationEssentials
import Logging

/// A log message as one line of bytes.
struct LogLine {
    /// When it was logged.
    var time: Date
    /// How important it is.
    var level: Logger.Level
    /// What happened.
    var message: String
    /// Named values, keys with dots between words, as in `http.method`.
    var metadata: Logger.Metadata

    /// `time level message key=value …`, keys sorted; values that are not plain words are quoted.
    var text: String {
        var line = "\(timestamp) \(level) \(Self.isPlain(message, besides: " ") ? message : Self.quoted(message))"
        for (key, value) in metadata.sorted(by: { $0.key < $1.key }) {
            let value = value.description
            line += " \(key)=\(Self.isPlain(value) ? value : Self.quoted(value))"
        }
        return line + "\n"
    }

    /// One JSON object; `time`, `level` and `message` first, then the named values as texts, keys sorted.
    var json: String {
        var line = "{\"time\":\"\(timestamp)\",\"level\":\"\(level)\",\"message\":\(Self.quoted(message))"
        for (key, value) in metadata.sorted(by: { $0.key < $1.key }) {
            line += ",\(Self.quoted(key)):\(Self.quoted(value.description))"
        }
        return line + "}\n"
    }

    private var timestamp: String { time.formatted(Date.ISO8601FormatStyle(includingFractionalSeconds: true)) }

    /// Whether `text` can stand in a line without quotes.
    private static func isPlain(_ text: String, besides allowed: Unicode.Scalar? = nil) -> Bool {
        !text.isEmpty
            && text.unicodeScalars.allSatisfy { scalar in
                scalar == allowed || (scalar.value > 0x20 && scalar != "\"" && scalar != "\\" && scalar.value != 0x7f)
            }
    }

    /// `text` as a JSON string (RFC 8259, section 7).
    static func quoted(_ text: String) -> String {
        var quoted = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": quoted += "\\\""
            case "\\": quoted += "\\\\"
            case "\n": quoted += "\\n"
            case "\r": quoted += "\\r"
            case "\t": quoted += "\\t"
            case _ where scalar.value < 0x20 || scalar.value == 0x7f:
                let hex = String(scalar.value, radix: 16)
                quoted += "\\u" + String(repeating: "0", count: 4 - hex.count) + hex
            default: quoted.unicodeScalars.append(scalar)
            }
        }
        return quoted + "\""
    }
}
