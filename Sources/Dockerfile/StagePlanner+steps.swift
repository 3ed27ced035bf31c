extension StagePlanner {
    mutating func add(_ run: RunInstruction, _ instruction: Instruction) throws(DockerfileError) {
        var secrets: [RunOperation.SecretMount] = []
        for mount in run.mounts {
            let text = try expand(mount, at: instruction.location)
            secrets.append(try SecretMountParser(text, at: instruction.location).mount())
        }
        let arguments = arguments(of: run.command)
        let declared = Set(processEnvironment.map { Self.nameAndValue($0).name })
        var operation = RunOperation(
            arguments: arguments, environment: processEnvironment,
            unkeyedEnvironment: scope.proxies.filter { !declared.contains($0.name) }.map { "\($0.name)=\($0.value)" },
            workingDirectory: settings.workingDirectory.isEmpty ? "/" : settings.workingDirectory,
            user: settings.user, network: run.network, secrets: secrets)
        operation.script = run.script
        let step = PlannedStep(text: instruction.text, line: instruction.location.line, operation: .run(operation))
        record("RUN \(historyArguments)\(arguments.joined(separator: " "))", step: step)
    }

    mutating func add(
        _ copy: CopyInstruction, from source: CopyOperation.Source, at location: LineLocation
    ) throws(DockerfileError) {
        var words: [String] = []
        for word in copy.sources { words.append(try expand(word, at: location)) }
        var paths: [String] = []
        for word in words { paths.append(try path(word, of: copy, from: source, at: location)) }
        let destination = try expand(copy.destination, at: location)
        let owner = try copy.owner.map { word throws(DockerfileError) in try expand(word, at: location) }
        let mode = try copy.mode.map { word throws(DockerfileError) in try expand(word, at: location) }
        var operation = CopyOperation(
            source: words.isEmpty ? .context : source, paths: paths,
            destination: CleanPath.absolute(destination, from: settings.workingDirectory),
            destinationIsDirectory: words.count + copy.documents.count > 1 || Self.namesDirectory(destination),
            owner: owner == "" ? nil : owner,
            mode: try mode.flatMap { text throws(DockerfileError) in
                text.isEmpty ? nil : try FileMode.parse(text, at: location)
            },
            unpacksArchives: copy.unpacksArchives)
        for document in copy.documents { operation.documents.append(try file(document, at: location)) }
        let flags = [("chown", owner), ("chmod", mode)].compactMap { name, value in
            value.flatMap { $0.isEmpty ? nil : "--\(name)=\($0)" }
        }
        let from = copy.from.map { ["--from=\($0)"] } ?? []
        let rest = flags + words + operation.documents.map { "<<\($0.name)" } + [destination]
        let text = ([copy.name] + from + rest).joined(separator: " ").onOneLine
        let step = PlannedStep(text: text, line: location.line, operation: .copy(operation))
        record(([copy.name] + rest).joined(separator: " "), step: step)
    }

    private func file(_ document: Heredoc, at location: LineLocation) throws(DockerfileError) -> InlineFile {
        let written = document.text
        let text =
            document.isQuoted
            ? written : try expander.expand(written, as: .document, in: variables, at: location).text
        return InlineFile(name: document.terminator, text: text)
    }

    private static func namesDirectory(_ destination: String) -> Bool {
        let bytes = Array(destination.utf8)
        return bytes.isEmpty || bytes == Array(".".utf8) || bytes.last == UInt8(ascii: "/")
            || bytes.suffix(2) == Array("/.".utf8)[...]
    }

    /// A source relative to the root it is taken from. Above a stage or an image there is nothing, as in a chroot;
    /// above the context there are files that a Dockerfile has no business with.
    private func path(
        _ word: String, of copy: CopyInstruction, from source: CopyOperation.Source, at location: LineLocation
    ) throws(DockerfileError) -> String {
        guard !word.isEmpty else { throw location.syntax("A source of \(copy.name) expands to nothing.") }
        try refuseRemote(word, of: copy, at: location)
        // Behind a slash in front a path cannot climb out.
        let components = CleanPath.components(of: word, climbing: !CleanPath.isAbsolute(word))
        if source == .context, components.first == ".." {
            throw location.syntax(
                "The source `\(word)` is outside of the build context; copy it into the context or build from above it."
            )
        }
        let path = components.drop { $0 == ".." }.joined(separator: "/")
        _ = try PathPattern(path, at: location)
        return path
    }

    private func refuseRemote(
        _ word: String, of copy: CopyInstruction, at location: LineLocation
    ) throws(DockerfileError) {
        let isURL = ["http://", "https://"].contains { word.utf8.starts(with: $0.utf8) }
        let isRepository = ["git://", "ssh://", "git@"].contains { word.utf8.starts(with: $0.utf8) }
        guard isURL || isRepository else { return }
        guard copy.isAdd else {
            throw location.syntax("COPY takes files of the build context only, not `\(word)`.")
        }
        throw location.unsupported(
            isURL
                ? "ADD of a URL is not supported yet; download `\(word)` in a RUN, or put the file into the context."
                : "ADD of a Git repository is not supported yet; clone `\(word)` in a RUN or before the build.")
    }
}
