/// Tells names of variables that sound like secrets.
enum SecretNames {
    private static let secret: Set<String> = [
        "apikey", "auth", "credential", "credentials", "key", "password", "pword", "passwd", "secret", "token",
    ]
    private static let harmless: Set<String> = ["public", "file", "version"]

    /// Whether a word of `name`, between underscores, means a secret, and none that it is harmless.
    static func soundsSecret(_ name: String) -> Bool {
        let words = Set(
            name.lowercased().unicodeScalars.split(separator: "_").map { String(String.UnicodeScalarView($0)) })
        return !words.isDisjoint(with: secret) && words.isDisjoint(with: harmless)
    }
}
