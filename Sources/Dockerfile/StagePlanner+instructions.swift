extension StagePlanner {
    /// Adds what an instruction does. `sources` says what the names mean that it takes files from.
    /// - Throws: `syntax`, `unsupported`, `unknownName` for what shows only after expansion.
    mutating func add(
        _ instruction: Instruction, sources: [String: CopyOperation.Source]
    ) throws(DockerfileError) {
        let location = instruction.location
        check(instruction)
        switch instruction.kind {
        case .run(let run): try add(run, instruction, sources)
        case .copy(let copy): try add(copy, from: copy.from.flatMap { sources[$0] } ?? .context, at: location)
        case .environment(let pairs): try addEnvironment(pairs, at: location)
        case .argument(let declarations): try addArguments(declarations, at: location)
        case .workingDirectory(let word): try addWorkingDirectory(word, at: location)
        case .user(let word): try addUser(word, at: location)
        case .label(let pairs): try addLabels(pairs, at: location)
        case .expose(let words): try addPorts(words, at: location)
        case .volume(let words): try addVolumes(words, at: location)
        case .stopSignal(let word):
            settings.stopSignal = try StopSignal.checked(try expand(word, at: location), at: location)
            record("STOPSIGNAL \(settings.stopSignal)")
        case .shell(let arguments):
            settings.shell = arguments
            record("SHELL [\(arguments.joined(separator: " "))]")
        case .command(let line): addCommand(line)
        case .entrypoint(let line): addEntrypoint(line)
        case .healthcheck(let check):
            settings.healthcheck = check
            record(instruction.text)
        case .maintainer(let name):
            settings.author = name
            record("MAINTAINER \(name)")
        case .onBuild(let trigger):
            // As for docker the history says nothing of it.
            settings.onBuild.append(trigger)
        }
    }

    /// All words of one ENV expand before any of its variables is set.
    private func expand(
        _ pairs: [NameAndValue], at location: LineLocation
    ) throws(DockerfileError) -> [NameAndValue] {
        var expanded: [NameAndValue] = []
        for pair in pairs {
            let name = try expand(pair.name, at: location)
            guard !name.isEmpty else { throw location.syntax("The name `\(pair.name)` expands to nothing.") }
            expanded.append(NameAndValue(name: name, value: try expand(pair.value, at: location)))
        }
        return expanded
    }

    private mutating func addEnvironment(_ pairs: [NameAndValue], at location: LineLocation) throws(DockerfileError) {
        let expanded = try expand(pairs, at: location)
        for pair in expanded { setEnvironment(pair.name, pair.value) }
        record("ENV " + expanded.map { "\($0.name)=\($0.value)" }.joined(separator: " "))
    }

    private mutating func addLabels(_ pairs: [NameAndValue], at location: LineLocation) throws(DockerfileError) {
        let expanded = try expand(pairs, at: location)
        for pair in expanded { settings.labels[pair.name] = pair.value }
        record("LABEL " + expanded.map { "\($0.name)=\($0.value)" }.joined(separator: " "))
    }

    /// A build argument wins over the default here, and that over the value from above the first FROM.
    private mutating func addArguments(
        _ declarations: [ArgumentDeclaration], at location: LineLocation
    ) throws(DockerfileError) {
        var texts: [String] = []
        for declaration in declarations {
            let name = declaration.name
            var value = scope.buildArguments[name]
            if value == nil {
                value = try declaration.value.map { word throws(DockerfileError) in try expand(word, at: location) }
            }
            value = value ?? scope.variables[name]
            declareArgument(name, value)
            texts.append(value.map { "\(name)=\($0)" } ?? name)
        }
        record("ARG " + texts.joined(separator: " "))
    }

    private mutating func addWorkingDirectory(_ word: String, at location: LineLocation) throws(DockerfileError) {
        let path = CleanPath.absolute(try expand(word, at: location), from: settings.workingDirectory)
        settings.workingDirectory = path
        let text = "WORKDIR \(path)"
        guard path != "/" else {
            record(text)
            return
        }
        let operation = WorkdirOperation(path: path, user: settings.user)
        record(
            text, step: PlannedStep(text: text.onOneLine, line: location.line, operation: .workdir(operation)))
    }

    private mutating func addUser(_ word: String, at location: LineLocation) throws(DockerfileError) {
        settings.user = try expand(word, at: location)
        if settings.user.isEmpty {
            warnings.append(location.warning("`USER \(word)` expands to nothing, which is root."))
        }
        record("USER \(settings.user)")
    }

    private mutating func addPorts(_ words: [String], at location: LineLocation) throws(DockerfileError) {
        var ports: [String] = []
        for word in words {
            for written in try expander.expand(word, in: variables, at: location).words {
                ports += try ExposedPorts.parse(written, at: location)
            }
        }
        settings.exposedPorts.formUnion(ports)
        record("EXPOSE [\(ports.joined(separator: " "))]")
    }

    private mutating func addVolumes(_ words: [String], at location: LineLocation) throws(DockerfileError) {
        var paths: [String] = []
        for word in words {
            let path = try expand(word, at: location)
            guard !path.isEmpty else {
                throw location.syntax("`\(word)` expands to nothing; VOLUME needs a directory.")
            }
            paths.append(path)
        }
        settings.volumes.formUnion(paths)
        record("VOLUME [\(paths.joined(separator: " "))]")
    }

    private mutating func addCommand(_ line: CommandLine) {
        let arguments = arguments(of: line)
        settings.command = arguments
        settings.argumentsEscaped = true
        hasOwnCommand = true
        record("CMD \(Self.quoted(arguments))")
    }

    private mutating func addEntrypoint(_ line: CommandLine) {
        let arguments = arguments(of: line)
        settings.entrypoint = arguments.isEmpty ? nil : arguments
        if !hasOwnCommand { settings.command = nil }
        record("ENTRYPOINT \(Self.quoted(arguments))")
    }

    /// With the SHELL in front of the shell form.
    func arguments(of line: CommandLine) -> [String] {
        switch line {
        case .exec(let arguments): arguments
        case .shell(let text): (settings.shell ?? ["/bin/sh", "-c"]) + [text]
        }
    }

    /// As Docker's history shows arguments: `["a" "b"]`.
    private static func quoted(_ arguments: [String]) -> String {
        let words = arguments.map { argument in
            let escaped = argument.unicodeScalars.map { scalar in
                switch scalar {
                case "\"", "\\": "\\\(scalar)"
                case "\n": "\\n"
                case "\t": "\\t"
                default: String(scalar)
                }
            }
            return "\"\(escaped.joined())\""
        }
        return "[\(words.joined(separator: " "))]"
    }
}
