/// The stages with their names resolved: what each begins with and copies from.
struct StageGraph: Sendable {
    /// What a name in `--from` means.
    enum Reference: Hashable, Sendable {
        /// A stage, by its position in the file.
        case stage(Int)
        case image(String)
        /// A directory of `--build-context`.
        case directory(String)
    }

    /// What a stage begins with.
    enum Base: Hashable, Sendable {
        case scratch
        case stage(Int)
        case image(Dockerfile.ImageRequest)
        /// A directory of `--build-context`.
        case directory(String)
    }

    /// What each name in a `--from` or `from=` means, by stage and position of the instruction.
    private let sources: [[Int: [String: Reference]]]
    private let stages: [Stage]
    private let options: Dockerfile.Options

    /// Resolves the names that files are taken from, which need no expansion.
    /// - Throws: `unknownName` for a stage that does not exist or comes too late.
    init(_ stages: [Stage], options: Dockerfile.Options = .init()) throws(DockerfileError) {
        self.stages = stages
        self.options = options
        var sources: [[Int: [String: Reference]]] = []
        for (number, stage) in stages.enumerated() {
            var named: [Int: [String: Reference]] = [:]
            for (position, instruction) in stage.instructions.enumerated() {
                for name in instruction.sourceNames {
                    named[position, default: [:]][name] = try Self.reference(
                        name, in: number, of: stages, options, at: instruction.location)
                }
            }
            sources.append(named)
        }
        self.sources = sources
    }

    /// What the names mean that the instruction at `position` of a stage takes files from.
    func sources(ofInstruction position: Int, inStage stage: Int) -> [String: Reference] {
        sources[stage][position] ?? [:]
    }

    private static func reference(
        _ name: String, in current: Int, of stages: [Stage], _ options: Dockerfile.Options, at location: LineLocation
    ) throws(DockerfileError) -> Reference {
        if let number = Int(name) {
            guard stages.indices.contains(number) else {
                throw location.unknownName("There is no stage number \(number); \(list(stages)).")
            }
            return .stage(try earlier(number, than: current, name, at: location))
        }
        switch options.context(named: name) {
        case .directory(let directory)?: return .directory(directory)
        case .image(let image)?: return .image(image)
        case nil: break
        }
        let named = stages.indices.filter { stages[$0].name == name.lowercased() }
        guard let last = named.last(where: { $0 < current }) ?? named.first else { return .image(name) }
        return .stage(try earlier(last, than: current, name, at: location))
    }

    private static func earlier(
        _ number: Int, than current: Int, _ name: String, at location: LineLocation
    ) throws(DockerfileError) -> Int {
        if number < current { return number }
        if number == current {
            throw location.unknownName(
                "A stage cannot take files from itself; `from=\(name)` is the stage of this instruction.")
        }
        throw location.unknownName(
            "The stage `\(name)` comes after this instruction; move it above the FROM of the stage that uses it.")
    }

    /// `the stages are …`, for messages.
    private static func list(_ stages: [Stage]) -> String {
        let names = stages.enumerated().map { number, stage in "`\(stage.name ?? String(number))`" }
        return names.count == 1 ? "the only stage is \(names[0])" : "the stages are \(names.joined(separator: ", "))"
    }

    // MARK: - With options

    /// The stage that `--target` names (letter case aside, or by number); the last for `nil`.
    /// - Throws: `unknownName` with the stages there are.
    func target(_ name: String?) throws(DockerfileError) -> Int {
        let last = stages.count - 1
        guard let name, !name.isEmpty else { return last }
        if let number = stages.lastIndex(where: { $0.name == name.lowercased() }) { return number }
        if let number = Int(name), stages.indices.contains(number) { return number }
        throw stages[last].location.unknownName("There is no stage `\(name)` to build; \(Self.list(stages)).")
    }

    /// What each stage begins with, global arguments expanded; in all stages, so that no mistake waits for the day
    /// its stage is needed.
    func bases(in scope: GlobalScope, expander: WordExpander) throws(DockerfileError) -> [Base] {
        var bases: [Base] = []
        for (number, stage) in stages.enumerated() {
            let name = try baseName(of: stage, in: scope, expander: expander)
            let platform = try platform(of: stage, in: scope, expander: expander)
            if let context = options.context(for: stage) {
                bases.append(base(context, platform))
            } else if let earlier = stages[..<number].lastIndex(where: { $0.name == name.lowercased() }) {
                let context = options.context(for: stages[earlier])
                if let context {
                    bases.append(base(context, platform))
                } else {
                    bases.append(.stage(earlier))
                }
            } else if name == "scratch" {
                bases.append(.scratch)
            } else if let context = options.context(named: name) {
                bases.append(base(context, platform))
            } else {
                bases.append(.image(Dockerfile.ImageRequest(name: name, platform: platform)))
            }
        }
        return bases
    }

    private func base(_ context: Dockerfile.NamedContext, _ platform: String?) -> Base {
        switch context {
        case .image("scratch"): .scratch
        case .image(let name): .image(Dockerfile.ImageRequest(name: name, platform: platform))
        case .directory(let name): .directory(name)
        }
    }

    private func baseName(
        of stage: Stage, in scope: GlobalScope, expander: WordExpander
    ) throws(DockerfileError) -> String {
        let expansion = try expander.expand(stage.base, in: scope.variables, at: stage.location)
        let name = expansion.text
        // `name:$TAG` without a TAG is no image either, and the reason is better said here.
        let isIncomplete = [UInt8(ascii: ":"), UInt8(ascii: "@"), UInt8(ascii: "/")].contains(name.utf8.last ?? 0)
        guard name.isEmpty || isIncomplete else { return name }
        guard let missing = expansion.undefined.first else {
            throw stage.location.syntax("`\(stage.base)` becomes `\(name)`, which is not the name of an image.")
        }
        throw stage.location.unknownName(
            """
            `\(stage.base)` becomes `\(name)`, because `\(missing)` has no value here; declare `ARG \(missing)=…` \
            above the first FROM or give `--build-arg \(missing)=…` to such an ARG.
            """)
    }

    private func platform(
        of stage: Stage, in scope: GlobalScope, expander: WordExpander
    ) throws(DockerfileError) -> String? {
        guard let written = stage.platform, !written.isEmpty else { return nil }
        let text = try expander.text(written, in: scope.variables, at: stage.location)
        let usual = scope.variables["BUILDPLATFORM"].flatMap { Platform($0, usual: nil) }
        guard let platform = Platform(text, usual: usual) else {
            throw stage.location.syntax(
                "`--platform=\(written)` becomes `\(text)`, which is not a platform such as linux/amd64.")
        }
        return platform.description
    }

    /// The stages that `target` needs, itself included, in the order of the file: each comes after those it uses,
    /// as stages refer to earlier ones only.
    func needed(for target: Int, bases: [Base]) -> [Int] {
        var needed: Set<Int> = [target]
        for number in stages.indices.reversed() where needed.contains(number) {
            if case .stage(let base) = bases[number] { needed.insert(base) }
            for case .stage(let source) in sources[number].values.flatMap(\.values) { needed.insert(source) }
        }
        return needed.sorted()
    }
}
