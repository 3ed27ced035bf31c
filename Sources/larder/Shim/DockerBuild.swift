/// A command line of `docker build` or `docker buildx build`, as `larder build` does it.
struct DockerBuild: Hashable, Sendable {
    /// Why only docker can do it.
    struct Refusal: Error, Hashable {
        /// To follow the word "because".
        let why: String
    }

    /// What `larder build` is given, but for the names of the image.
    private(set) var arguments: [String] = []
    /// The names of the image.
    private(set) var tags: [String] = []
    /// Whether the image is pushed under its names.
    private(set) var pushes = false
    /// Whether the image is to be among docker's images afterwards.
    private(set) var staysLocal = true
    /// Whether the id of the image is given out.
    private(set) var tellsID = false
    /// Whether the Dockerfile or the context comes from standard input.
    private(set) var readsInput = false
    /// Whether the Dockerfile is only checked.
    private(set) var checks = false

    /// - Parameters:
    ///   - words: what follows `build`.
    ///   - environment: has docker's own variables.
    /// - Throws: ``Refusal``.
    init(_ words: [String], environment: [String: String]) throws(Refusal) {
        let line: DockerArguments
        do {
            line = try DockerArguments(words)
        } catch {
            throw Refusal(why: error.why)
        }
        if let platform = environment["DOCKER_DEFAULT_PLATFORM"], !platform.isEmpty,
            !line.flags.contains(where: { $0.flag.name == "platform" })
        {
            arguments.append("--platform=\(platform)")
        }
        for (flag, value) in line.flags { try take(flag, value) }
        if pushes, !line.flags.contains(where: { $0.flag.treatment == .load }) { staysLocal = false }
        try take(context: line.words)
        try Self.check(environment)
        if checks { return }
        guard !tags.isEmpty || !staysLocal else {
            throw Refusal(why: "the image has no name, so that only docker's id would lead to it")
        }
        guard !pushes || !tags.isEmpty else { throw Refusal(why: "it pushes an image without a name") }
    }

    private mutating func take(_ flag: DockerFlag, _ value: String) throws(Refusal) {
        switch flag.treatment {
        case .passed:
            if flag.takesValue {
                arguments.append("--\(flag.name)=\(value)")
                if flag.name == "file" { readsInput = value == "-" }
            } else {
                arguments.removeAll { $0 == "--\(flag.name)" }
                if try Self.isOn(flag, value) { arguments.append("--\(flag.name)") }
            }
        case .ignored: break
        case .ignoredWith(let values):
            guard values.contains(value) else { throw Refusal(why: "larder cannot do --\(flag.name) \(value)") }
        case .passedWith(let known):
            for part in value.split(separator: ",") where !known.contains(String(part)) {
                throw Refusal(why: "larder cannot do --\(flag.name) \(part)")
            }
            arguments.append("--\(flag.name)=\(value)")
        case .refused(let why): throw Refusal(why: "of --\(flag.name): \(why)")
        case .tag: tags.append(value)
        case .output: try take(output: value)
        case .push: pushes = try Self.isOn(flag, value)
        case .load: break
        case .quiet:
            guard try Self.isOn(flag, value) else { return }
            tellsID = true
            arguments.append("--quiet")
        case .idFile:
            tellsID = true
            arguments.append("--iidfile=\(value)")
        case .progress:
            switch value {
            case "auto", "plain", "tty", "quiet": arguments.append("--progress=\(value)")
            case "none": arguments.append("--progress=quiet")
            default: throw Refusal(why: "larder has no --progress \(value)")
            }
        case .call:
            guard ["", "build", "check"].contains(value) else { throw Refusal(why: "larder has no --call \(value)") }
            checks = value == "check"
        case .check: checks = try Self.isOn(flag, value)
        case .attestation:
            guard value.split(separator: ",").contains(where: { ["disabled", "disabled=true"].contains($0) }) else {
                throw Refusal(why: "larder makes no attestations, as --\(flag.name) \(value) asks for")
            }
        }
    }

    /// `docker` without a file is where an image goes anyway.
    private mutating func take(output: String) throws(Refusal) {
        switch output {
        case "type=docker", "docker": break
        case "type=registry", "type=image,push=true": pushes = true
        case "type=image", "type=image,push=false": break
        case "type=image,rewrite-timestamp=true", "type=docker,rewrite-timestamp=true":
            arguments.append("--output=type=image,rewrite-timestamp=true")
        case "type=registry,rewrite-timestamp=true", "type=image,push=true,rewrite-timestamp=true",
            "type=image,rewrite-timestamp=true,push=true":
            pushes = true
            arguments.append("--output=type=image,rewrite-timestamp=true")
        default:
            guard output.hasPrefix("type=") else { throw Refusal(why: "larder cannot do --output \(output)") }
            arguments.append("--output=\(output)")
            staysLocal = false
        }
    }

    private mutating func take(context words: [String]) throws(Refusal) {
        guard words.count == 1 else { throw Refusal(why: "it has \(words.count) contexts") }
        if words[0] == "-" { readsInput = true }
        arguments += ["--", words[0]]
    }

    /// Variables by which docker would build elsewhere, or differently.
    private static func check(_ environment: [String: String]) throws(Refusal) {
        if let builder = environment["BUILDX_BUILDER"], !["", "default"].contains(builder) {
            throw Refusal(why: "BUILDX_BUILDER names another builder")
        }
        if let trust = environment["DOCKER_CONTENT_TRUST"], !["", "0", "false"].contains(trust.lowercased()) {
            throw Refusal(why: "DOCKER_CONTENT_TRUST is set")
        }
    }

    private static func isOn(_ flag: DockerFlag, _ value: String) throws(Refusal) -> Bool {
        guard let isOn = SwitchValues.isOn(value) else {
            throw Refusal(why: "--\(flag.name) is neither true nor false")
        }
        return isOn
    }

    /// Adds the build arguments that docker adds.
    mutating func add(_ proxies: DockerProxies) {
        let flag = "--build-arg="
        let given = arguments.filter { $0.hasPrefix(flag) }.map { String($0.dropFirst(flag.count)) }
        arguments = proxies.missing(from: given).map { flag + $0 } + arguments
    }

    /// All that `larder build` is given.
    var larderArguments: [String] { tags.map { "--tag=\($0)" } + arguments }
}
