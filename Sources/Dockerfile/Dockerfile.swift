/// A parsed Dockerfile. Parsing and planning are pure: no file and no network is touched.
///
/// Planning takes two calls, since words expand with the environment of the base images:
/// ``requiredImages(options:bases:)`` names them, ``plan(options:bases:)`` gets their settings.
public struct Dockerfile: Sendable {
    let stages: [Stage]
    private let globalArguments: [(ArgumentDeclaration, LineLocation)]
    private let expander: WordExpander
    private let warnings: [BuildWarning]
    private let checks: CheckSettings

    /// Parses the bytes of a Dockerfile. `file` is the path for messages.
    /// - Throws: `syntax` with the line; `unsupported` for another frontend's syntax line and for instructions and
    ///   flags that this version does not build; `unknownName` for a COPY from a stage that is not there.
    public init(parsing bytes: [UInt8], file: String) throws(DockerfileError) {
        var reader = try LineReader(bytes, file: file)
        var contents = DockerfileContents(escape: reader.directives.escape)
        while let line = try reader.next() { try contents.add(line, from: &reader) }
        guard !contents.stages.isEmpty else {
            let location = LineLocation(file: file, line: 1, text: reader.firstLine)
            throw location.syntax("There is no FROM in the file; begin with the image to build on, or `FROM scratch`.")
        }
        stages = contents.stages
        globalArguments = contents.globalArguments
        _ = try StageGraph(contents.stages)
        expander = WordExpander(escape: reader.directives.escape)
        warnings = reader.warnings + contents.warnings
        checks = reader.directives.checks
    }

    /// The images that the stages needed for the target begin with or copy from; each once, in order of use.
    ///
    /// ONBUILD triggers of an image can copy from further ones: with the settings of images that are known in `bases`, ask
    /// again until nothing new is asked for.
    /// - Throws: `syntax`, `unsupported`, `unknownName`.
    public func requiredImages(
        options: Options, bases: [ImageRequest: ImageSettings] = [:]
    ) throws(DockerfileError) -> [ImageRequest] {
        let outline = try outline(options: options, settings: bases)
        var requests: [ImageRequest] = []
        for number in outline.needed {
            if case .image(let request) = outline.bases[number] { requests.append(request) }
            for position in outline.stages[number].instructions.indices {
                let sources = outline.graph.sources(ofInstruction: position, inStage: number)
                for source in sources.sorted(by: { $0.key < $1.key }) {
                    guard case .image(let name) = source.value else { continue }
                    requests.append(ImageRequest(name: name, platform: nil))
                }
            }
        }
        var seen: Set<ImageRequest> = []
        return requests.filter { seen.insert($0).inserted }
    }

    /// The first instruction that needs an image of ``requiredImages(options:bases:)``: its line, and that line's text; `nil` when
    /// none does.
    /// - Throws: `syntax`, `unsupported`, `unknownName`.
    public func use(
        of image: ImageRequest, options: Options, bases: [ImageRequest: ImageSettings] = [:]
    ) throws(DockerfileError) -> (line: Int, text: String)? {
        let outline = try outline(options: options, settings: bases)
        for number in outline.needed {
            let stage = outline.stages[number]
            if outline.bases[number] == .image(image) { return (stage.location.line, stage.location.text) }
            for (position, instruction) in stage.instructions.enumerated() {
                let sources = outline.graph.sources(ofInstruction: position, inStage: number).values
                guard sources.contains(.image(image.name)) else { continue }
                return (instruction.location.line, instruction.location.text)
            }
        }
        return nil
    }

    /// Expands everything. `bases` has the settings of every image of ``requiredImages(options:bases:)`` that is a base
    /// (one that is only copied from is not looked up).
    /// - Throws: `syntax`, `unsupported` (flags, instructions), `unknownName`.
    public func plan(options: Options, bases: [ImageRequest: ImageSettings]) throws(DockerfileError) -> BuildPlan {
        let outline = try outline(options: options, settings: bases)
        var positions: [Int: Int] = [:]
        var planners: [StagePlanner] = []
        for number in outline.needed {
            var planner = StagePlanner(scope: outline.scope, expander: expander)
            switch outline.bases[number] {
            case .scratch: planner.begin(with: .scratch, for: options.platform, settings: ImageSettings())
            case .image(let request):
                let platform = request.platform ?? options.platform
                try begin(&planner, number, with: request, for: platform, settings: bases[request])
            case .directory(let name):
                planner.begin(withDirectory: name, for: options.platform, at: stages[number].location)
            case .stage(let base): planner.begin(after: planners[positions[base] ?? 0], position: positions[base] ?? 0)
            }
            for (position, instruction) in outline.stages[number].instructions.enumerated() {
                let sources = outline.graph.sources(ofInstruction: position, inStage: number)
                try planner.add(instruction, sources: sources.mapValues { Self.source($0, positions) })
            }
            positions[number] = planners.count
            planners.append(planner)
        }
        planners[planners.count - 1].addLabels(options.labels)
        let planned = zip(outline.needed, planners).map { number, planner in
            planner.stage(named: stages[number].name ?? String(number))
        }
        let found = planners.flatMap(\.warnings) + unusedArguments(outline)
        return BuildPlan(
            stages: planned, targets: [.init(stage: planned.count - 1, platform: options.platform)],
            warnings: try checked(warnings + fromWarnings(outline) + found, options))
    }

    private func begin(
        _ planner: inout StagePlanner, _ number: Int, with request: ImageRequest, for platform: String,
        settings: ImageSettings?
    ) throws(DockerfileError) {
        let location = stages[number].location
        guard let settings else {
            throw location.unknownName("The image `\(request.name)` was not found; check its name.")
        }
        planner.begin(with: .image(request.name, platform: request.platform), for: platform, settings: settings)
        guard let own = settings.platform.flatMap({ Platform($0, usual: nil) }),
            let wanted = Platform(platform, usual: nil),
            (own.system, own.architecture) != (wanted.system, wanted.architecture)
        else { return }
        planner.warnings.append(
            location.found(
                .invalidBaseImagePlatform,
                "The image `\(request.name)` is made for \(own), and this is built for \(wanted)."))
    }

    private static func source(_ reference: StageGraph.Reference, _ positions: [Int: Int]) -> CopyOperation.Source {
        switch reference {
        case .image(let name): .image(name)
        case .directory(let name): .directory(name)
        case .stage(let number): .stage(positions[number] ?? 0)
        }
    }

    /// What follows from the options, and from what is known of the images.
    private struct Outline {
        let scope: GlobalScope
        /// With the triggers of what each begins with in front.
        let stages: [Stage]
        let graph: StageGraph
        let bases: [StageGraph.Base]
        let needed: [Int]
    }

    private func outline(
        options: Options, settings: [ImageRequest: ImageSettings]
    ) throws(DockerfileError) -> Outline {
        if let frontend = options.buildArguments["BUILDKIT_SYNTAX"] {
            try ParserDirectives.requireSupported(frontend: frontend, at: stages[0].location)
        }
        // A stage that `--build-context` replaces is not built.
        var stages = stages
        let replaced = stages.indices.filter { options.context(for: stages[$0]) != nil }
        for number in replaced { stages[number].instructions = [] }
        let written = try StageGraph(stages, options: options)
        let target = try written.target(options.target)
        let scope = try GlobalScope(
            globalArguments, options: options, targetName: stages[target].name ?? options.target ?? "default",
            expander: expander)
        let bases = try written.bases(in: scope, expander: expander)
        for number in stages.indices where !replaced.contains(number) {
            let triggers = try triggers(of: bases[number], for: number, settings)
            stages[number].instructions.insert(contentsOf: triggers, at: 0)
        }
        let graph = try StageGraph(stages, options: options)
        return Outline(
            scope: scope, stages: stages, graph: graph, bases: bases, needed: graph.needed(for: target, bases: bases))
    }

    /// The instructions that ONBUILD puts behind the FROM of a stage.
    private func triggers(
        of base: StageGraph.Base, for number: Int, _ settings: [ImageRequest: ImageSettings]
    ) throws(DockerfileError) -> [Instruction] {
        let texts: [String]
        switch base {
        case .scratch, .directory: return []
        case .image(let request): texts = settings[request]?.onBuild ?? []
        case .stage(let other):
            texts = stages[other].instructions.compactMap { if case .onBuild(let text) = $0.kind { text } else { nil } }
        }
        let location = stages[number].location
        return try texts.map { text throws(DockerfileError) in
            try OnBuildTrigger.instruction(text, of: stages[number].base, at: location)
        }
    }

    /// The warnings that are wanted, in the order of their lines.
    /// - Throws: `violation` when the file says that none is allowed; `syntax`.
    private func checked(_ found: [BuildWarning], _ options: Options) throws(DockerfileError) -> [BuildWarning] {
        var settings = checks
        if let text = options.buildArguments["BUILDKIT_DOCKERFILE_CHECK"] {
            settings = try CheckSettings(text, at: stages[0].location)
        }
        let wanted = found.filter { settings.wants($0.check) }.enumerated().sorted {
            ($0.element.line, $0.offset) < ($1.element.line, $1.offset)
        }.map(\.element)
        guard settings.isStrict, let first = wanted.first(where: { $0.check != nil }) else { return wanted }
        let all = wanted.filter { $0.check != nil }
        let others = all.count > 1 ? "\n" + all.dropFirst().map(\.description).joined(separator: "\n") : ""
        throw DockerfileError(
            .violation, file: first.file, line: first.line, text: first.check?.rawValue ?? "",
            message: "\(first.message) The file says that what checks find is an error.\(others)")
    }

    private func fromWarnings(_ outline: Outline) -> [BuildWarning] {
        let declared = Set(globalArguments.map(\.0.name) + outline.scope.platformNames)
        let checks = FromChecks(scope: outline.scope, declared: declared, expander: expander)
        return stages.flatMap(checks.warnings)
    }

    private func unusedArguments(_ outline: Outline) -> [BuildWarning] {
        let scope = outline.scope
        // The image's own time is told so, whether or not a stage sees it.
        var declared = Set(globalArguments.map(\.0.name) + ["SOURCE_DATE_EPOCH"])
        for instruction in outline.stages.flatMap(\.instructions) {
            if case .argument(let declarations) = instruction.kind { declared.formUnion(declarations.map(\.name)) }
        }
        return scope.buildArguments.keys.sorted().filter { !declared.contains($0) && !scope.isPredefined($0) }.map {
            stages[0].location.warning("[--build-arg \($0)] was not consumed: no ARG declares it.")
        }
    }
}
