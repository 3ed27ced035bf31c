/// What `# check=…` and the build argument `BUILDKIT_DOCKERFILE_CHECK` say: `skip=NAME,…` or `skip=all`, and `error=true`.
struct CheckSettings: Sendable {
    private var skipped: Set<String> = []
    private var skipsAll = false
    /// Whether a build stops that a check has found something in.
    private(set) var isStrict = false

    /// Nothing is said.
    init() {}

    /// - Throws: `syntax` for another form.
    init(_ text: String, at location: LineLocation) throws(DockerfileError) {
        for part in text.unicodeScalars.split(separator: ";").map({ String(String.UnicodeScalarView($0)).trimmed }) {
            let name = String(scalars: part.scalarRun.prefix { $0 != "=" }).trimmed
            let value = String(
                scalars: part.scalarRun.dropFirst(name.unicodeScalars.count).drop { $0 != "=" }.dropFirst()
            )
            .trimmed
            switch name {
            case "skip":
                let names = value.unicodeScalars.split(separator: ",").map {
                    String(String.UnicodeScalarView($0)).trimmed
                }
                skipsAll = skipsAll || names == ["all"]
                skipped.formUnion(names)
            case "error":
                guard let isStrict = ["true": true, "1": true, "false": false, "0": false][value.lowercased()] else {
                    throw location.syntax("`error=\(value)` of `check` is neither true nor false.")
                }
                self.isStrict = isStrict
            case "experimental": break
            default:
                throw location.syntax(
                    "`\(part)` is not an option of `check`; write `# check=skip=JSONArgsRecommended;error=true`.")
            }
        }
    }

    /// Whether what `check` finds is told.
    func wants(_ check: BuildCheck?) -> Bool {
        guard let check else { return true }
        return !skipsAll && !skipped.contains(check.rawValue)
    }
}
