internal import Spelling

extension StagePlanner {
    /// Notes what build checks find in an instruction, before it changes anything.
    mutating func check(_ instruction: Instruction) {
        let location = instruction.location
        checkVariables(of: instruction)
        switch instruction.kind {
        case .environment(let pairs):
            checkForm(of: pairs, "ENV", at: location)
            checkSecrets(pairs.map(\.name), "ENV", at: location)
        case .label(let pairs): checkForm(of: pairs, "LABEL", at: location)
        case .argument(let declarations): checkSecrets(declarations.map(\.name), "ARG", at: location)
        case .workingDirectory(let word): checkDirectory(word, at: location)
        case .command(let line): checkProcess(line, "CMD", at: location)
        case .entrypoint(let line): checkProcess(line, "ENTRYPOINT", at: location)
        case .healthcheck: checkUsedOnce("HEALTHCHECK", at: location)
        case .expose(let words): checkPorts(words, at: location)
        case .run, .copy, .user, .volume, .stopSignal, .shell, .maintainer, .onBuild: break
        }
    }

    private mutating func checkVariables(of instruction: Instruction) {
        // The default of an ARG may not be used at all.
        if case .argument = instruction.kind { return }
        var told: Set<String> = []
        for word in instruction.expandedWords {
            let expansion = try? expander.expand(word, in: variables, at: instruction.location)
            for name in expansion?.undefined ?? [] where told.insert(name).inserted {
                if arguments.contains(where: { $0.name == name }) { continue }
                let nearest = NearestName.of(name, among: variables.names).map { " (did you mean $\($0)?)" } ?? ""
                warnings.append(
                    instruction.location.found(.undefinedVar, "`$\(name)` is used and has no value\(nearest)."))
            }
        }
    }

    private mutating func checkForm(of pairs: [NameAndValue], _ name: String, at location: LineLocation) {
        guard pairs.contains(where: \.isLegacy) else { return }
        warnings.append(
            location.found(.legacyKeyValueFormat, "Write `\(name) name=value` instead of `\(name) name value`."))
    }

    private mutating func checkSecrets(_ names: [String], _ instruction: String, at location: LineLocation) {
        for name in names where SecretNames.soundsSecret(name) {
            warnings.append(
                location.found(
                    .secretsUsedInArgOrEnv,
                    "\(instruction) is not for secrets (`\(name)`): images keep it; use RUN --mount=type=secret."))
        }
    }

    private mutating func checkDirectory(_ word: String, at location: LineLocation) {
        defer { hasOwnDirectory = true }
        guard !hasOwnDirectory, let path = try? expand(word, at: location), !CleanPath.isAbsolute(path) else { return }
        warnings.append(
            location.found(
                .workdirRelativePath, "`\(path)` depends on where the base image is; begin with an absolute directory.")
        )
    }

    private mutating func checkProcess(_ line: CommandLine, _ name: String, at location: LineLocation) {
        checkUsedOnce(name, at: location)
        guard case .shell = line, settings.shell?.isEmpty ?? true else { return }
        warnings.append(
            location.found(
                .jsonArgsRecommended, "The JSON form of \(name) is better: a shell does not pass signals on."))
    }

    /// It is the earlier one that does not count.
    private mutating func checkUsedOnce(_ name: String, at location: LineLocation) {
        if let earlier = usedOnce.updateValue(location, forKey: name) {
            warnings.append(
                earlier.found(
                    .multipleInstructionsDisallowed, "This \(name) does not count: there is another one in the stage."))
        }
    }

    private mutating func checkPorts(_ words: [String], at location: LineLocation) {
        for word in words.flatMap({ (try? expander.expand($0, in: variables, at: location).words) ?? [] }) {
            let proto = String(scalars: word.scalarRun.drop { $0 != "/" }.dropFirst())
            if proto != proto.lowercased() {
                warnings.append(location.found(.exposeProtoCasing, "Write `\(word)` in lower case."))
            }
            if word.unicodeScalars.contains(":") {
                warnings.append(
                    location.found(
                        .exposeInvalidFormat, "`\(word)` has an address or a port of the host, which EXPOSE ignores."))
            }
        }
    }
}
