internal import Spelling

/// The value of one `RUN --mount`, taken apart but not expanded: a line of comma-separated values, each `name=value`
/// or a name alone.
struct MountOptions: Hashable, Sendable {
    struct Option: Hashable, Sendable {
        /// One of ``MountOptions/names``.
        let name: String
        /// `nil` for a name alone.
        let value: String?
    }

    static let names = [
        "type", "from", "source", "target", "readonly", "readwrite", "id", "sharing", "required", "size", "mode", "uid",
        "gid", "env",
    ]
    private static let otherNames = [
        "src": "source", "dst": "target", "destination": "target", "ro": "readonly", "rw": "readwrite",
    ]
    private static let switches = ["readonly", "readwrite", "required"]

    private(set) var options: [Option] = []

    /// Takes `text` apart.
    /// - Throws: `syntax`.
    init(_ text: String, at location: LineLocation) throws(DockerfileError) {
        for field in try Self.fields(of: text.scalarRun, at: location) {
            let written = field.prefix { $0 != "=" }
            let lower = String(scalars: written).lowercased()
            let name = Self.otherNames[lower] ?? lower
            guard Self.names.contains(name) else {
                let advice = NearestName.of(name, among: Self.names).map { "did you mean `\($0)`?" } ?? "remove it."
                throw location.syntax("`\(lower)` is not an option of `--mount`; \(advice)")
            }
            let value = written.count < field.count ? String(scalars: field.dropFirst(written.count + 1)) : nil
            guard value != nil || Self.switches.contains(name) else {
                throw location.syntax("`\(lower)` in `--mount=…` needs a value: write `\(lower)=…`.")
            }
            // A stage is looked for before there are any values.
            if name == "from", let value, value.unicodeScalars.contains("$") {
                throw location.unsupported(
                    """
                    `from` takes no variables, as in Docker: add a stage `FROM \(value) AS name` (with the ARG above \
                    the first FROM) and mount from `name`.
                    """)
            }
            options.append(Option(name: name, value: value))
        }
    }

    /// The last value of an option; empty for a name alone, `nil` without the option.
    subscript(name: String) -> String? {
        options.last { $0.name == name }.map { $0.value ?? "" }
    }

    /// The stage or image that is named.
    var from: String? { self["from"].flatMap { $0.isEmpty ? nil : $0 } }

    /// All values, for expansion.
    var values: [String] { options.compactMap(\.value) }

    /// The options with each value replaced.
    func expanded(
        _ expand: (String) throws(DockerfileError) -> String
    ) throws(DockerfileError) -> MountOptions {
        var result = self
        result.options = []
        for option in options {
            var value = option.value
            if let text = option.value { value = try expand(text) }
            result.options.append(Option(name: option.name, value: value))
        }
        return result
    }

    /// Quotes stand around a whole field, and twice for one of its own, as in RFC 4180.
    private static func fields(of text: Scalars, at location: LineLocation) throws(DockerfileError) -> [Scalars] {
        var fields: [Scalars] = [[]]
        var isQuoted = false
        var wasQuoted = false
        for scalar in text {
            if scalar == "\"" {
                if isQuoted {
                    (isQuoted, wasQuoted) = (false, true)
                    continue
                }
                if wasQuoted {
                    fields[fields.count - 1].append("\"")
                } else if !fields[fields.count - 1].isEmpty {
                    throw location.syntax("In `--mount` a quote stands around a whole option: \"target=/a,b\".")
                }
                (isQuoted, wasQuoted) = (true, false)
            } else if scalar == ",", !isQuoted {
                fields.append([])
                wasQuoted = false
            } else if wasQuoted {
                throw location.syntax("In `--mount` a quote stands around a whole option: \"target=/a,b\".")
            } else {
                fields[fields.count - 1].append(scalar)
            }
        }
        guard !isQuoted else { throw location.syntax("A quote in `--mount=…` is not closed.") }
        return fields
    }
}
