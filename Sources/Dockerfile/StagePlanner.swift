/// Goes through one stage's instructions, with what they have set so far.
struct StagePlanner {
    /// Docker's PATH for images that have none.
    private static let defaultPath = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

    let scope: GlobalScope
    let expander: WordExpander

    private(set) var base = PlannedStage.Base.scratch
    private var platform = ""
    var settings = ImageSettings()
    /// The ARGs declared so far in order, each once; the value is `nil` while none was given.
    private(set) var arguments: [ArgumentDeclaration] = []
    private(set) var variables = Variables()
    /// The ARGs that came after an ENV of the same name.
    private var overridingArguments: Set<String> = []
    private(set) var steps: [PlannedStep] = []
    private(set) var history: [PlannedHistory] = []
    var warnings: [BuildWarning] = []
    /// Where instructions stand of which only the last counts.
    var usedOnce: [String: LineLocation] = [:]
    /// Whether a WORKDIR of this file says where the stage is.
    var hasOwnDirectory = false
    /// Whether CMD stands in this stage itself: then ENTRYPOINT does not reset it.
    var hasOwnCommand = false

    init(scope: GlobalScope, expander: WordExpander) {
        self.scope = scope
        self.expander = expander
    }

    /// Begins with an image or with nothing.
    mutating func begin(with base: PlannedStage.Base, for platform: String, settings: ImageSettings) {
        self.base = base
        self.platform = platform
        self.settings = settings
        // They have become instructions of this stage.
        self.settings.onBuild = []
        if base == .scratch { self.settings.workingDirectory = "/" }
        for (name, value) in settings.environment.map(Self.nameAndValue) { variables[name] = value }
        if variables["PATH"] == nil { setEnvironment("PATH", Self.defaultPath) }
        if !settings.workingDirectory.isEmpty {
            self.settings.workingDirectory = CleanPath.absolute(settings.workingDirectory, from: "/")
        }
    }

    /// Begins with the files of a directory of `--build-context`, owned by root.
    mutating func begin(withDirectory name: String, for platform: String, at location: LineLocation) {
        begin(with: .scratch, for: platform, settings: ImageSettings())
        let copy = CopyOperation(
            source: .directory(name), items: [.path("")], destination: "/", destinationIsDirectory: true)
        let text = "[context \(name)]"
        record(text, step: PlannedStep(text: text, line: location.line, operation: .copy(copy)))
    }

    /// Begins with another stage's result. As in BuildKit its arguments stay visible.
    mutating func begin(after other: StagePlanner, position: Int) {
        base = .stage(position)
        platform = other.platform
        settings = other.settings
        settings.onBuild = []
        arguments = other.arguments
        variables = other.variables
        hasOwnDirectory = other.hasOwnDirectory
        overridingArguments = other.overridingArguments
    }

    /// The finished stage.
    func stage(named name: String) -> PlannedStage {
        PlannedStage(
            name: name, base: base, platform: platform, steps: steps, settings: settings, history: history)
    }

    /// `--label` of the command line, over those of the file.
    mutating func addLabels(_ labels: [(name: String, value: String)]) {
        for (name, value) in labels { settings.labels[name] = value }
    }

    // MARK: - What instructions use

    /// `NAME=value` for a process: ENV, then the ARGs with a value; the later one of those with the same name. What base images
    /// have without a value has an empty one, and what has no name is not handed to anybody.
    var processEnvironment: [String] {
        settings.environment.map(Self.nameAndValue).compactMap { name, value in
            name.isEmpty || overridingArguments.contains(name) ? nil : "\(name)=\(value)"
        }
            + arguments.compactMap { argument in
                guard let value = argument.value,
                    overridingArguments.contains(argument.name) || !hasEnvironment(argument.name)
                else { return nil }
                return "\(argument.name)=\(value)"
            }
    }

    /// Those of ``processEnvironment`` that are ARGs.
    var processArgumentNames: Set<String> {
        Set(
            arguments.lazy.filter { argument in
                argument.value != nil
                    && (overridingArguments.contains(argument.name) || !hasEnvironment(argument.name))
            }.map(\.name))
    }

    /// The ARGs as a RUN's line of history begins with them; empty without ARG.
    var historyArguments: String {
        if arguments.isEmpty { return "" }
        let pairs = arguments.map { "\($0.name)=\(variables[$0.name] ?? "")" }
        return "|\(pairs.count) \(pairs.joined(separator: " ")) "
    }

    func expand(_ word: String, at location: LineLocation) throws(DockerfileError) -> String {
        try expander.text(word, in: variables, at: location)
    }

    func hasEnvironment(_ name: String) -> Bool { environmentPosition(of: name) != nil }

    private func environmentPosition(of name: String) -> Int? {
        settings.environment.firstIndex { entry in
            entry.utf8.starts(with: name.utf8)
                && [nil, UInt8(ascii: "=")].contains(entry.utf8.dropFirst(name.utf8.count).first)
        }
    }

    static func nameAndValue(_ entry: String) -> (name: String, value: String) {
        let name = entry.scalarRun.prefix { $0 != "=" }
        let value = entry.scalarRun.dropFirst(name.count + 1)
        return (String(scalars: name), String(scalars: value))
    }

    // MARK: - What instructions do

    /// A variable keeps the place it had.
    mutating func setEnvironment(_ name: String, _ value: String) {
        let entry = "\(name)=\(value)"
        if let position = environmentPosition(of: name) {
            settings.environment[position] = entry
        } else {
            settings.environment.append(entry)
        }
        variables[name] = value
        overridingArguments.remove(name)
    }

    mutating func declareArgument(_ name: String, _ value: String?) {
        if let position = arguments.firstIndex(where: { $0.name == name }) {
            if let value { arguments[position] = ArgumentDeclaration(name: name, value: value) }
        } else {
            arguments.append(ArgumentDeclaration(name: name, value: value))
        }
        // The Dockerfile reference says that ENV always overrides an ARG of the same name. What BuildKit does, and therefore
        // this, is that whichever comes later does.
        guard let value else { return }
        variables[name] = value
        overridingArguments.insert(name)
    }

    mutating func record(_ createdBy: String) {
        history.append(PlannedHistory(createdBy: createdBy, step: nil))
    }

    mutating func record(_ createdBy: String, step: PlannedStep) {
        history.append(PlannedHistory(createdBy: createdBy, step: steps.count))
        steps.append(step)
    }
}
