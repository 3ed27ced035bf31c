import ArgumentParser

/// docker's flags for external caches, as far as they mean something here: scopes.
struct CacheFlags: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "One more scope to look in, by name or as type=larder,scope=NAME. Images are accepted and not needed.",
            valueName: "SCOPE"))
    var cacheFrom: [String] = []
    @Option(
        help: ArgumentHelp(
            "The scope to record in, by name or as type=larder,scope=NAME. Images are accepted and not needed.",
            valueName: "SCOPE"))
    var cacheTo: [String] = []

    /// What the flags come down to.
    struct Scopes: Hashable, Sendable {
        var from: [String] = []
        var to: String?
        var warnings: [String] = []
    }

    /// - Throws: `ValidationError`.
    func scopes() throws -> Scopes {
        var scopes = Scopes()
        for text in cacheFrom {
            if let scope = try Self.scope(text, "--cache-from") {
                scopes.from.append(scope)
            } else {
                scopes.warnings.append(
                    """
                    --cache-from \(text): not read; steps come from the server (--scope, --base-scope), which needs no \
                    image to find them.
                    """)
            }
        }
        for text in cacheTo {
            if let scope = try Self.scope(text, "--cache-to") {
                guard scopes.to == nil || scopes.to == scope else {
                    throw ValidationError("--cache-to: steps are recorded in one scope, not in several")
                }
                scopes.to = scope
            } else {
                scopes.warnings.append(
                    """
                    --cache-to \(text): nothing is exported; every step is on the server as soon as it was built, and \
                    any runner finds it there.
                    """)
            }
        }
        return scopes
    }

    /// The scope that a value names; `nil` for a cache of another kind.
    private static func scope(_ text: String, _ flag: String) throws -> String? {
        guard text.contains("=") else { return isImage(text) ? nil : text }
        let fields = try FieldList(text, flag: flag).fields
        func value(_ name: String) -> String? { fields.first { $0.name == name }?.value }
        guard let type = value("type") else {
            throw ValidationError("\(flag): '\(text)' has no type; write type=larder,scope=NAME, or the scope alone")
        }
        guard type == "larder" else { return nil }
        guard let scope = value("scope"), !scope.isEmpty else {
            throw ValidationError("\(flag): '\(text)' has no scope; write type=larder,scope=NAME")
        }
        return scope
    }

    /// Whether a word can only be an image: it has a tag, a digest or a registry's host, which names of branches lack.
    private static func isImage(_ text: String) -> Bool {
        if text.contains(":") || text.contains("@") { return true }
        let parts = text.split(separator: "/")
        return parts.count > 1 && (parts[0].contains(".") || parts[0] == "localhost")
    }
}
