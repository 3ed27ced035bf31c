extension StagePlanner {
    mutating func add(
        _ copy: CopyInstruction, from source: CopyOperation.Source, at location: LineLocation
    ) throws(DockerfileError) {
        let words = try copy.sources.map { word throws(DockerfileError) in try expand(word, at: location) }
        let destination = try expand(copy.destination, at: location)
        let owner = try copy.owner.map { word throws(DockerfileError) in try expand(word, at: location) }
        let mode = try copy.mode.map { word throws(DockerfileError) in try expand(word, at: location) }
        var operation = CopyOperation(
            source: words.isEmpty ? .context : source, items: try items(words, of: copy, at: location),
            destination: CleanPath.absolute(destination, from: settings.workingDirectory),
            destinationIsDirectory: Self.namesDirectory(destination))
        if source == .context { warnings += Self.climbing(words, at: location) }
        if words.count + copy.documents.count > 1, !operation.destinationIsDirectory {
            // As in BuildKit; the Dockerfile reference wants the slash.
            warnings.append(
                location.warning(
                    "Several sources go into a directory: write `\(destination)/`, or the last one becomes \(destination)."
                ))
        }
        operation.owner = owner == "" ? nil : owner
        operation.mode = try mode.flatMap { text throws(DockerfileError) in
            text.isEmpty ? nil : try FileMode(text, at: location)
        }
        operation.unpacking = Self.unpacking(copy)
        for document in copy.documents { operation.documents.append(try file(document, at: location)) }
        operation.excludes = copy.excludes
        operation.isLinked = copy.isLinked && Self.canBeLinked(operation)
        let flags = [("chown", owner), ("chmod", mode)].compactMap { name, value in
            value.flatMap { $0.isEmpty ? nil : "--\(name)=\($0)" }
        }
        let others = copy.excludes.map { "--exclude=\($0)" } + (copy.isLinked ? ["--link"] : [])
        let from = copy.from.map { ["--from=\($0)"] } ?? []
        let parents = copy.keepsParents ? ["--parents"] : []
        let rest = parents + flags + words + operation.documents.map { "<<\($0.name)" } + [destination]
        let text = ([copy.name] + from + others + rest).joined(separator: " ").onOneLine
        let step = PlannedStep(text: text, line: location.line, operation: .copy(operation))
        record(URLLogin.hidden(in: ([copy.name] + rest).joined(separator: " ")), step: step)
    }

    /// As for docker `..` leads nowhere at the top of the context; whoever writes it means something else.
    private static func climbing(_ words: [String], at location: LineLocation) -> [BuildWarning] {
        words.compactMap { word in
            guard CleanPath.components(of: word, climbing: true).first == "..", !CleanPath.isAbsolute(word) else {
                return nil
            }
            let inside = CleanPath.components(of: "/" + word, climbing: false).joined(separator: "/")
            return location.warning(
                "Nothing outside of the build context can be copied: `\(word)` is taken for `\(inside.isEmpty ? "." : inside)`."
            )
        }
    }

    /// As in BuildKit an instruction with `--chmod` looks at what is there. So does one whose owner has a name, since the
    /// user is looked for there.
    private static func canBeLinked(_ operation: CopyOperation) -> Bool {
        let owner = operation.owner?.unicodeScalars ?? "0".unicodeScalars
        return operation.mode == nil && owner.allSatisfy { ("0"..."9").contains($0) || $0 == ":" }
    }

    private static func unpacking(_ copy: CopyInstruction) -> CopyOperation.Unpacking {
        guard copy.isAdd else { return .nothing }
        switch copy.unpacks {
        case nil: return .local
        case true?: return .everything
        case false?: return .nothing
        }
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

    // MARK: - Sources

    private func items(
        _ words: [String], of copy: CopyInstruction, at location: LineLocation
    ) throws(DockerfileError) -> [CopyOperation.Item] {
        let checksum = try copy.checksum.map { word throws(DockerfileError) in try expand(word, at: location) }
        if let checksum, !checksum.isEmpty, words.count != 1 {
            throw location.syntax("`--checksum` is for one source; write an ADD for each.")
        }
        let expected = checksum == "" ? nil : checksum
        return try words.map { word throws(DockerfileError) in
            guard !word.isEmpty else { throw location.syntax("A source of \(copy.name) expands to nothing.") }
            if let remote = try remote(word, of: copy, checksum: expected, at: location) { return remote }
            guard expected == nil else {
                throw location.syntax("`--checksum` is for URLs and Git repositories; `\(word)` is neither.")
            }
            guard copy.keepsParents else { return .path(try path(word, at: location)) }
            return try tree(word, at: location)
        }
    }

    /// A source that is fetched; `nil` for a path.
    private func remote(
        _ word: String, of copy: CopyInstruction, checksum: String?, at location: LineLocation
    ) throws(DockerfileError) -> CopyOperation.Item? {
        if var repository = try GitReference(word, at: location) {
            try requireAdd(copy, word, at: location)
            guard repository.checksum == nil || checksum == nil || repository.checksum == checksum else {
                throw location.syntax("`--checksum` and the repository's own checksum differ; leave one of them out.")
            }
            let keeps = repository.keepsGitDirectory
            guard keeps == nil || copy.keepsGitDirectory == nil || keeps == copy.keepsGitDirectory else {
                throw location.syntax("`--keep-git-dir` and what the repository's query says differ; leave one out.")
            }
            repository.checksum = repository.checksum ?? checksum
            repository.keepsGitDirectory = (keeps ?? copy.keepsGitDirectory) == true
            try checkCommit(repository.checksum, at: location)
            return .repository(repository)
        }
        guard ["http://", "https://"].contains(where: { word.utf8.starts(with: $0.utf8) }) else { return nil }
        try requireAdd(copy, word, at: location)
        return .download(try RemoteFile(word, checksum: checksum, at: location))
    }

    private func requireAdd(_ copy: CopyInstruction, _ word: String, at location: LineLocation) throws(DockerfileError)
    {
        if copy.isAdd { return }
        throw location.syntax("COPY takes files of the build context only, not `\(word)`; use ADD.")
    }

    private func checkCommit(_ checksum: String?, at location: LineLocation) throws(DockerfileError) {
        guard let checksum else { return }
        let hexadecimal = Array("0123456789abcdef".utf8)
        guard (7...64).contains(checksum.utf8.count), checksum.utf8.allSatisfy(hexadecimal.contains) else {
            throw location.syntax("`\(checksum)` is not the hash of a commit, or its beginning of at least 7 digits.")
        }
    }

    /// A source relative to the root it is taken from. Above the root there is nothing, as in a chroot.
    private func path(_ word: String, at location: LineLocation) throws(DockerfileError) -> String {
        // Behind a slash in front a path cannot climb out.
        let components = CleanPath.components(of: word, climbing: !CleanPath.isAbsolute(word))
        let path = components.drop { $0 == ".." }.joined(separator: "/")
        _ = try PathPattern(path, at: location)
        return path
    }

    /// With `--parents`: the directories behind the first `/./` are kept, or all of them.
    private func tree(_ word: String, at location: LineLocation) throws(DockerfileError) -> CopyOperation.Item {
        let scalars = word.scalarRun
        let pivot = scalars.indices.first { scalars[$0...].starts(with: ["/", ".", "/"]) }
        let root = pivot.map { String(scalars: scalars[..<$0]) } ?? ""
        let below = pivot.map { String(scalars: scalars[($0 + 3)...]) } ?? word
        let pattern = CleanPath.components(of: "/" + below, climbing: false).joined(separator: "/")
        _ = try IgnoreRules(patterns: [pattern], flag: "parents", at: location)
        return .tree(root: try path(root, at: location), pattern: pattern)
    }
}
