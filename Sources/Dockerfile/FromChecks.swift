internal import Spelling

/// Checks of what stands behind FROM.
struct FromChecks {
    let scope: GlobalScope
    /// The names of all ARGs above the first FROM.
    let declared: Set<String>
    let expander: WordExpander

    /// What is found in a FROM.
    func warnings(about stage: Stage) -> [BuildWarning] {
        var found: [BuildWarning] = []
        let words = [stage.base, stage.platform].compactMap(\.self)
        for name in words.flatMap({ undefined(in: $0, at: stage.location) }) {
            let nearest = NearestName.of(name, among: declared.sorted()).map { " (did you mean \($0)?)" } ?? ""
            found.append(
                stage.location.found(
                    .undefinedArgInFrom, "No ARG above the first FROM declares `\(name)`\(nearest)."))
        }
        guard let platform = stage.platform else { return found }
        if ["$TARGETPLATFORM", "${TARGETPLATFORM}"].contains(platform) {
            found.append(
                stage.location.found(
                    .redundantTargetPlatform, "`--platform=\(platform)` says what is so anyway; leave it out."))
        }
        guard !platform.unicodeScalars.contains("$"), let fixed = Platform(platform, usual: nil) else { return found }
        let name = stage.name ?? ""
        if !name.contains(fixed.system), !name.contains(fixed.architecture) {
            found.append(
                stage.location.found(
                    .fromPlatformFlagConstDisallowed,
                    "`--platform=\(platform)` is the same whatever is built; use $BUILDPLATFORM, or name the stage after it."
                ))
        }
        return found
    }

    private func undefined(in word: String, at location: LineLocation) -> [String] {
        let expansion = try? expander.expand(word, in: scope.variables, at: location)
        return (expansion?.undefined ?? []).filter { !declared.contains($0) }
    }
}
