/// Command lines as docker takes them, in which a switch may have a value behind `=` or none, as in `--push=false` and `--sbom`.
enum SwitchValues {
    /// Those that have a value in ``BuildFlags``, which is `true` when it is left out.
    private static let valued = ["--sbom", "--provenance"]
    /// Those that have none there.
    static let plain = [
        "--cache-mounts", "--check", "--load", "--no-cache", "--no-wait", "--normalize-modes", "--pull", "--push",
        "--quiet",
        "--verify",
    ]

    /// The same in the one form that the parser takes. Values that are neither true nor false are left to it.
    static func settled(_ arguments: [String]) -> [String] {
        // What follows `--` are no flags.
        let end = arguments.firstIndex(of: "--") ?? arguments.count
        return arguments[..<end].compactMap(settled) + arguments[end...]
    }

    private static func settled(_ word: String) -> String? {
        if valued.contains(word) { return word + "=true" }
        let parts = word.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2, plain.contains(String(parts[0])) else { return word }
        return isOn(parts[1]).map { $0 ? String(parts[0]) : nil } ?? word
    }

    /// What a value says, in the words that docker takes (Go's `strconv.ParseBool`); `nil` for others.
    static func isOn(_ value: some StringProtocol) -> Bool? {
        switch String(value) {
        case "1", "t", "T", "true", "TRUE", "True": true
        case "0", "f", "F", "false", "FALSE", "False": false
        default: nil
        }
    }
}
