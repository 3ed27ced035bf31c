/// Reads the value of `RUN --mount`, of which only `type=secret` is built so far.
struct SecretMountParser {
    private static let unsupportedTypes = [
        "bind": "copy the files with COPY instead.",
        "cache": "leave it out; the step is then built without a cache directory.",
        "tmpfs": "leave it out and remove the files at the end of the command.",
        "ssh": "pass what is needed as a secret.",
    ]
    private static let names = [
        "type": "type", "id": "id", "source": "source", "src": "source", "target": "target", "dst": "target",
        "destination": "target", "env": "env", "required": "required", "mode": "mode", "uid": "uid", "gid": "gid",
        "readonly": "readonly", "ro": "readonly",
    ]

    private var values: [String: String] = [:]
    private let location: LineLocation

    /// Parses `name=value,…`, variables already expanded.
    /// - Throws: `unsupported` for another type, `syntax`.
    init(_ value: String, at location: LineLocation) throws(DockerfileError) {
        self.location = location
        var unknown: String?
        var type = "bind"
        for field in value.unicodeScalars.split(separator: ",", omittingEmptySubsequences: false) {
            let name = String(String.UnicodeScalarView(field.prefix { $0 != "=" })).lowercased()
            let value = String(String.UnicodeScalarView(field.drop { $0 != "=" }.dropFirst()))
            let hasValue = field.contains("=")
            guard let key = Self.names[name] else {
                unknown = unknown ?? name
                continue
            }
            if key == "type" { type = value.lowercased() }
            guard hasValue || key == "required" || key == "readonly" else {
                throw location.syntax("`\(name)` in `--mount=…` needs a value: write `\(name)=…`.")
            }
            values[key] = hasValue ? value : "true"
        }
        try Self.requireSecret(type, at: location)
        if let unknown {
            throw location.syntax("`\(unknown)` is not an option of `--mount=type=secret`; remove it.")
        }
    }

    private static func requireSecret(_ type: String, at location: LineLocation) throws(DockerfileError) {
        if type == "secret" { return }
        guard let advice = unsupportedTypes[type] else {
            throw location.syntax("`\(type)` is not a type of `--mount`; write `--mount=type=secret,id=…`.")
        }
        throw location.unsupported("`RUN --mount=type=\(type)` is not supported yet; \(advice)")
    }

    /// What the options say, with Docker's defaults: `/run/secrets/<id>`, mode 0400, root.
    func mount() throws(DockerfileError) -> RunOperation.SecretMount {
        let target = values["target"].flatMap { $0.isEmpty ? nil : $0 }
        let named = values["source"].flatMap { $0.isEmpty ? nil : $0 } ?? values["id"]
        guard let id = named.flatMap({ $0.isEmpty ? nil : $0 }) ?? target.map(CleanPath.base) else {
            throw location.syntax("A secret needs `id=…`, the name it is given with on the command line.")
        }
        if values["source"] != nil, values["id"] != nil {
            throw location.syntax("`source` and `id` of a secret mean the same; keep `id`.")
        }
        let environment = values["env"].map { $0.isEmpty ? id : $0 }
        let file = target ?? (environment == nil ? "/run/secrets/\(CleanPath.base(id))" : nil)
        return RunOperation.SecretMount(
            id: id, target: file.map { CleanPath.absolute($0, from: "/") }, environmentVariable: environment,
            required: try boolean("required"), mode: try number("mode", radix: 8) ?? 0o400,
            uid: try number("uid", radix: 10) ?? 0, gid: try number("gid", radix: 10) ?? 0)
    }

    private func number(_ name: String, radix: Int) throws(DockerfileError) -> UInt32? {
        guard let text = values[name] else { return nil }
        guard let number = UInt32(text, radix: radix), text.utf8.first != UInt8(ascii: "+") else {
            throw location.syntax("`\(name)=\(text)` is not \(radix == 8 ? "an octal number" : "a number").")
        }
        return number
    }

    private func boolean(_ name: String) throws(DockerfileError) -> Bool {
        switch values[name] {
        case nil, "false", "False", "FALSE", "f", "F", "0": return false
        case "true", "True", "TRUE", "t", "T", "1": return true
        case let text?: throw location.syntax("`\(name)=\(text)` is neither true nor false.")
        }
    }
}
