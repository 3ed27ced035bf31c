import Build
import FoundationEssentials
import Glibc
import SystemPackage

/// `docker` as larder stands in for it: builds that `larder build` can do are done by it, an image made so is given to docker
/// only when a command needs it there, and everything else goes straight to docker.
struct DockerShim: Sendable {
    /// What follows `docker`.
    let arguments: [String]
    let surroundings: Surroundings
    /// `nil` when there is none.
    let docker: RealDocker?
    let file: ShimStateFile

    /// Does what a command line of docker says, and gives the exit status.
    static func main(_ arguments: [String]) async -> Int32 {
        let surroundings = Surroundings.current()
        let docker = RealDocker.find(surroundings, own: own)
        let directory: FilePath
        do {
            directory = try BuildOrder.stateDirectory(nil, in: surroundings)
        } catch {
            // Without a place to remember images in none can be kept from docker.
            return docker?.become(arguments) ?? absent(arguments)
        }
        let shim = DockerShim(
            arguments: arguments, surroundings: surroundings, docker: docker,
            file: ShimStateFile(in: directory, surroundings))
        return await shim.run()
    }

    /// This program.
    static var own: FilePath {
        FilePath((try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? "larder")
    }

    /// Tells the user something, in a line.
    static func say(_ text: String) { StandardError.write("larder: \(text)\n") }

    /// Writes a line to standard output, before docker does.
    static func print(_ text: String) {
        _ = try? FileDescriptor.standardOutput.writeAll(Array("\(text)\n".utf8))
    }

    /// Says that there is no docker; gives the status that shells give.
    private static func absent(_ arguments: [String]) -> Int32 {
        let words = arguments.prefix(2).joined(separator: " ")
        say(
            "'docker \(words)' needs docker, and there is none on the PATH but larder's stand-in; LARDER_DOCKER names one"
        )
        return 127
    }

    func run() async -> Int32 {
        let invocation = DockerInvocation(arguments)
        if invocation.choosesDaemon {
            if invocation.command == .build { Self.say("docker builds, because flags before 'build' choose a daemon") }
            return pass(arguments)
        }
        switch invocation.command {
        case .build: return await ShimBuild(shim: self, words: invocation.words).run()
        case .push: return await ShimPush(shim: self, words: invocation.words).run()
        case .tag: return tag(invocation.words)
        case .remove: return remove(invocation.words)
        case .anyImage: return await pass(arguments, needing: file.read().pending)
        case .named: return await pass(arguments, needing: file.read().images(in: invocation.words))
        }
    }

    /// Becomes docker.
    func pass(_ arguments: [String]) -> Int32 {
        docker?.become(arguments) ?? Self.absent(arguments)
    }

    /// Becomes docker once it has these images.
    func pass(_ arguments: [String], needing images: [ShimImage]) async -> Int32 {
        guard let docker else { return Self.absent(arguments) }
        guard await ShimLoad(shim: self, docker: docker).run(images) else {
            // As docker run says that it could not even begin.
            return arguments.first == "run" ? 125 : 1
        }
        return docker.become(arguments)
    }

    private func tag(_ words: [String]) -> Int32 {
        guard words.count == 2, let name = DockerName.canonical(words[1]) else { return pass(arguments) }
        if var image = file.read().image(words[0]) {
            (image.name, image.given) = (name, words[1])
            file.update { [image] in $0.add(image) }
            return 0
        }
        guard let docker else { return Self.absent(arguments) }
        let status = docker.run(arguments)
        if status == 0 { file.update { $0.gave([name]) } }
        return status
    }

    private func remove(_ words: [String]) -> Int32 {
        let state = file.read()
        let removed = words.compactMap { word in word.hasPrefix("-") ? nil : state.image(word) }
        let rest = words.filter { $0.hasPrefix("-") || state.image($0) == nil }
        file.update { $0.forget(removed.map(\.name)) }
        for image in removed { Self.print("Untagged: \(image.given)") }
        guard removed.isEmpty || rest.contains(where: { !$0.hasPrefix("-") }) else { return 0 }
        return pass(removed.isEmpty ? arguments : ["rmi"] + rest)
    }
}
