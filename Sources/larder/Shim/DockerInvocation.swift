/// A command line of docker, as far as the stand-in has to understand it.
struct DockerInvocation: Hashable, Sendable {
    /// What is to be done.
    enum Command: Hashable, Sendable {
        case build
        case tag
        case push
        case remove
        /// May be about any image without naming it.
        case anyImage
        /// Is about the images that it names, if any.
        case named
    }

    let command: Command
    /// What follows the command's own words.
    let words: [String]
    /// Whether flags before the command choose another daemon than the environment does.
    let choosesDaemon: Bool

    private static let valued: Set = [
        "--config", "--context", "--host", "--log-level", "--tlscacert", "--tlscert", "--tlskey", "-c", "-H", "-l",
    ]
    private static let harmless: Set = ["--debug", "--log-level", "-D", "-l"]

    /// - Parameter arguments: what follows `docker`.
    init(_ arguments: [String]) {
        var rest = arguments[...]
        var choosesDaemon = false
        while let flag = rest.first, flag.hasPrefix("-") {
            rest.removeFirst()
            let name = String(flag.prefix { $0 != "=" })
            if !Self.harmless.contains(name) { choosesDaemon = true }
            if Self.valued.contains(name), name == flag { _ = rest.popFirst() }
        }
        self.choosesDaemon = choosesDaemon
        let first = rest.popFirst() ?? ""
        let second = rest.first ?? ""
        switch (first, second) {
        case ("image", "build"), ("builder", "build"), ("buildx", "build"), ("buildx", "b"):
            (command, words) = (.build, Array(rest.dropFirst()))
        case ("image", "tag"): (command, words) = (.tag, Array(rest.dropFirst()))
        case ("image", "push"): (command, words) = (.push, Array(rest.dropFirst()))
        case ("image", "rm"), ("image", "remove"): (command, words) = (.remove, Array(rest.dropFirst()))
        case ("image", "ls"), ("image", "list"), ("image", "prune"):
            (command, words) = (.anyImage, Array(rest.dropFirst()))
        default:
            words = Array(rest)
            switch first {
            case "build": command = .build
            case "tag": command = .tag
            case "push": command = .push
            case "rmi": command = .remove
            case "images", "compose", "stack", "service", "system", "buildx", "builder", "scout":
                command = .anyImage
            default: command = .named
            }
        }
    }
}
