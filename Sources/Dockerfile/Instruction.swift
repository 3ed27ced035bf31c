/// One parsed instruction of a stage, words not yet expanded.
struct Instruction: Sendable {
    enum Kind: Sendable {
        case run(RunInstruction)
        case copy(CopyInstruction)
        case environment([NameAndValue])
        case argument([ArgumentDeclaration])
        case workingDirectory(String)
        case user(String)
        case command(CommandLine)
        case entrypoint(CommandLine)
        case label([NameAndValue])
        case expose([String])
        case volume([String])
        case stopSignal(String)
        case shell([String])
        case healthcheck(ImageSettings.Healthcheck)
        case maintainer(String)
        /// The trigger as written.
        case onBuild(String)
    }

    let kind: Kind
    /// As written, on one line.
    let text: String
    let location: LineLocation

    /// The words that are expanded while planning.
    var expandedWords: [String] {
        switch kind {
        case .run(let run): run.mounts.flatMap(\.values)
        case .copy(let copy):
            copy.sources + [copy.destination, copy.owner, copy.mode, copy.checksum].compactMap(\.self)
        case .environment(let pairs), .label(let pairs): pairs.flatMap { [$0.name, $0.value] }
        case .argument(let declarations): declarations.compactMap(\.value)
        case .workingDirectory(let word), .user(let word), .stopSignal(let word): [word]
        case .expose(let words), .volume(let words): words
        case .command, .entrypoint, .shell, .healthcheck, .maintainer, .onBuild: []
        }
    }

    /// The stages and images that files are taken from, as written.
    var sourceNames: [String] {
        switch kind {
        case .run(let run): run.mounts.compactMap(\.from)
        case .copy(let copy): [copy.from].compactMap(\.self)
        default: []
        }
    }
}

/// `name=value` of ENV and LABEL.
struct NameAndValue: Hashable, Sendable {
    let name: String
    let value: String
    /// Whether it was written as `name value`.
    var isLegacy = false
}

/// One name of an ARG.
struct ArgumentDeclaration: Hashable, Sendable {
    let name: String
    /// The default; `nil` without one.
    let value: String?
}

/// What RUN, CMD and ENTRYPOINT start.
enum CommandLine: Hashable, Sendable {
    /// Text for the SHELL.
    case shell(String)
    /// Program and arguments.
    case exec([String])
}

/// A parsed RUN.
struct RunInstruction: Hashable, Sendable {
    let command: CommandLine
    let network: RunOperation.Network
    let security: RunOperation.Security
    let mounts: [MountOptions]
    /// The file that the command is, when it is a here-document with an interpreter line.
    let script: InlineFile?
}
