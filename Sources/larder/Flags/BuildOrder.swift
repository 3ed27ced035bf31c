import ArgumentParser
import Build
import CacheAPI
import Dockerfile
import Networking
import OCI
import SystemPackage

/// What the flags of `larder build` come down to.
struct BuildOrder: Sendable {
    /// What is to be built. For a Dockerfile on standard input the path is not set yet.
    var request: BuildRequest
    var server: ServerAddress
    var project: ProjectName
    /// What proves to the server who asks.
    var token: RunnerToken.Source
    /// How the server and registries are reached.
    var network: NetworkSettings
    var progress: ProgressForm
    /// Where the image id goes.
    var imageIDFile: FilePath?
    var metadataFile: FilePath?
    /// What is written about the build, also when it fails.
    var reports: [ReportFlag]
    /// Whether the image id is printed.
    var printsImageID: Bool
    var readsDockerfileFromInput: Bool
    /// What the scopes follow from, for people.
    var scopeReason: String
    /// What the user should know before the build begins.
    var warnings: [String]

    /// - Throws: `ValidationError`, which names the flag.
    init(_ flags: BuildFlags, in surroundings: Surroundings) throws {
        server = try flags.connection.address(in: surroundings)
        network = try flags.connection.network(in: surroundings)
        token = flags.connection.token(in: surroundings, for: server)
        progress = flags.quiet ? .quiet : flags.progress
        imageIDFile = flags.iidfile.map { FilePath($0) }
        metadataFile = flags.metadataFile.map { FilePath($0) }
        reports = try Self.reports(flags, in: surroundings)
        printsImageID = flags.quiet
        readsDockerfileFromInput = flags.file == "-"

        let context = try ContextPath.read(flags.context)
        guard context.origin != .standardInput || !readsDockerfileFromInput else {
            throw ValidationError(
                "--file: standard input is the build context already; put the Dockerfile into it, or into a file")
        }
        request = BuildRequest(
            context: context.directory,
            stateDirectory: try Self.stateDirectory(flags.stateDir, in: surroundings))
        request.origin = context.origin
        if !readsDockerfileFromInput { request.dockerfile = flags.file.map { FilePath($0) } }
        request.options = try Self.options(flags, in: surroundings)
        let platforms = try PlatformFlag.list(flags.platform, in: surroundings).map(\.description)
        request.options.platform = platforms[0]
        request.otherPlatforms = Array(platforms.dropFirst())
        for text in flags.buildContext {
            let value = try BuildContextFlag.read(text)
            guard request.options.contexts.updateValue(value.context, forKey: value.name) == nil else {
                throw ValidationError("--build-context: '\(value.name)' is given twice")
            }
            request.contexts[value.name] = value.directory
            request.origins[value.name] = value.origin
        }
        request.tags = try ImageNames.read(flags.tag, flag: "--tag", server: server)
        request.refreshesImages = flags.pull
        request.container = try flags.container.settings(buildArguments: request.options.buildArguments)
        request.entitlements = try flags.container.entitlements()
        try Self.setSecrets(of: &request, flags, in: surroundings)
        request.outputs = try Self.outputs(flags)
        request.attestations = try flags.attestations.attestations()
        request.version = LarderCommand.version
        try Self.checkIndex(request, flags)
        request.epoch = try Self.epoch(&request.options, in: surroundings)
        request.rewritesTimestamps = try flags.output.contains { try OutputFlag.read($0).rewritesTimestamps }
        request.compression = try flags.compression.compression()
        if let text = flags.uploadWait ?? surroundings.value("LARDER_UPLOAD_WAIT") {
            request.uploadWait = try DurationFlag.read(text, flag: "--upload-wait")
        }
        try Self.setCache(of: &request, flags, in: surroundings)
        let caches = try flags.caches.scopes()
        let scopes = try flags.scopes.scopes(of: request.context, caches, in: surroundings)
        (request.scope, request.baseScopes, scopeReason) = (scopes.own, scopes.bases, scopes.reason)
        request.writer = scopes.job.map { "\($0) on \(surroundings.hostName)" } ?? surroundings.hostName
        project = try flags.connection.project(in: surroundings, owning: request.tags.first)
        request.project = project
        try flags.layers.set(&request, in: surroundings)
        warnings = try caches.warnings + Self.checkNames(request.tags, request.outputs, server)
        if request.rewritesTimestamps, request.epoch == nil {
            warnings.append(
                "rewrite-timestamp=true does nothing without SOURCE_DATE_EPOCH, in the environment or as --build-arg.")
        }
    }

    /// The connection to the server, and what shows how the build goes; it is told the warnings.
    func begin(in surroundings: Surroundings) -> (server: ServerConnection, display: any BuildDisplay) {
        let connection = ServerConnection(
            to: server, project: project, token: token, network: network, trace: surroundings.trace)
        let display = progress.display(environment: surroundings.environment)
        for warning in warnings { display.take(.warning(warning)) }
        return (connection, display)
    }

    private static func setSecrets(
        of request: inout BuildRequest, _ flags: BuildFlags, in surroundings: Surroundings
    ) throws {
        for text in flags.secret {
            let (id, secret) = try SecretFlag.read(text, in: surroundings)
            guard request.secrets.updateValue(secret, forKey: id) == nil else {
                throw ValidationError("--secret: '\(id)' is given twice")
            }
        }
        for text in flags.ssh {
            let (id, socket) = try AgentFlag.read(text, in: surroundings)
            guard request.agents.updateValue(socket, forKey: id) == nil else {
                throw ValidationError("--ssh: '\(id)' is given twice")
            }
        }
    }

    /// The variable reaches builds whose command line nobody edits.
    private static func reports(_ flags: BuildFlags, in surroundings: Surroundings) throws -> [ReportFlag] {
        let named = flags.report.isEmpty ? [surroundings.value("LARDER_REPORT")].compactMap(\.self) : flags.report
        return try named.map { try ReportFlag.read($0) }
    }

    private static func options(_ flags: BuildFlags, in surroundings: Surroundings) throws -> Dockerfile.Options {
        var options = Dockerfile.Options()
        for text in flags.buildArg {
            let (name, value) = try pair(text, flag: "--build-arg")
            // An argument without a value that the environment lacks is as if it were not given.
            if let value = value ?? surroundings.environment[name] { options.buildArguments[name] = value }
        }
        options.labels = try flags.label.map { text in
            let (name, value) = try pair(text, flag: "--label")
            return (name, value ?? "")
        }
        options.target = flags.target
        options.buildPlatform = try PlatformFlag.read(nil, in: surroundings).description
        return options
    }

    /// `SOURCE_DATE_EPOCH`: of `--build-arg`, else of the environment, which makes it a build argument as buildx does.
    private static func epoch(_ options: inout Dockerfile.Options, in surroundings: Surroundings) throws -> Int64? {
        let name = "SOURCE_DATE_EPOCH"
        if options.buildArguments[name] == nil, let value = surroundings.value(name) {
            options.buildArguments[name] = value
        }
        guard let text = options.buildArguments[name], !text.isEmpty else { return nil }
        // What a header of a tar and a timestamp can hold.
        guard let seconds = Int64(text), (0..<1 << 33).contains(seconds) else {
            throw ValidationError("\(name): '\(text)' is not a number of seconds since 1970, as 'date +%s' prints it")
        }
        return seconds
    }

    /// `NAME[=VALUE]`.
    private static func pair(_ text: String, flag: String) throws -> (name: String, value: String?) {
        guard let equals = text.firstIndex(of: "=") else {
            guard !text.isEmpty else { throw ValidationError("\(flag): the name is empty") }
            return (text, nil)
        }
        guard equals > text.startIndex else { throw ValidationError("\(flag): '\(text)' has no name before '='") }
        return (String(text[..<equals]), String(text[text.index(after: equals)...]))
    }

    /// What of the cache is used.
    private static func setCache(
        of request: inout BuildRequest, _ flags: BuildFlags, in surroundings: Surroundings
    ) throws {
        request.ignoresCache = flags.noCache
        request.renewedStages = flags.noCacheFilter.flatMap { $0.split(separator: ",").map(String.init) }
        request.recordAgeMaximum = try flags.cacheMaxAge.map {
            try DurationFlag.read($0, flag: "--cache-max-age").components.seconds
        }
        request.waitsForOthers = !flags.noWait
        try flags.signing.set(&request, in: surroundings)
        request.storesCacheMounts = flags.cacheMounts || surroundings.value("LARDER_CACHE_MOUNTS") == "1"
        request.normalizesModes = flags.normalizeModes || surroundings.value("LARDER_NORMALIZE_MODES") == "1"
    }

    /// Where this runner keeps what it may use again.
    /// - Throws: `ValidationError` when nobody says where.
    static func stateDirectory(_ text: String?, in surroundings: Surroundings) throws -> FilePath {
        if let text = text ?? surroundings.value("LARDER_STATE") { return FilePath(text) }
        // A relative XDG_CACHE_HOME is to be ignored (XDG Base Directory Specification).
        if let cache = surroundings.value("XDG_CACHE_HOME"), cache.hasPrefix("/") {
            return FilePath(cache).appending("larder")
        }
        if let home = surroundings.value("HOME"), home.hasPrefix("/") {
            return FilePath(home).appending(".cache").appending("larder")
        }
        guard surroundings.isRoot else {
            throw ValidationError(
                "--state-dir: neither XDG_CACHE_HOME nor HOME is set; say where this runner keeps layers")
        }
        return FilePath("/var/cache/larder")
    }

    /// Refuses what an index for several platforms cannot be.
    private static func checkIndex(_ request: BuildRequest, _ flags: BuildFlags) throws {
        guard request.platforms.count > 1 else { return }
        let isLoaded = request.outputs.contains { output in
            switch output {
            case .load, .file(.docker, _): true
            case .push, .file(.oci, _): false
            }
        }
        if isLoaded {
            throw ValidationError(
                "--platform: docker takes an image for one platform at a time; use --push or --output type=oci, or build one "
                    + "platform")
        }
        if request.tags.isEmpty, flags.iidfile != nil || flags.quiet {
            throw ValidationError(
                "--platform: an image for several platforms has an id only on the server; give it a name with --tag")
        }
    }

    private static func outputs(_ flags: BuildFlags) throws -> [ImageOutput] {
        var outputs = try flags.output.compactMap { try OutputFlag.read($0).output }
        if flags.push { outputs.append(.push) }
        if flags.load { outputs.append(.load) }
        var seen: Set<ImageOutput> = []
        outputs = outputs.filter { seen.insert($0).inserted }
        let toOutput = outputs.count { if case .file(_, nil) = $0 { true } else { false } }
        guard toOutput + (flags.quiet ? 1 : 0) <= 1 else {
            throw ValidationError("--output: only one image or, with --quiet, the image id can go to standard output")
        }
        return outputs
    }

    /// Checks that the names and what is to become of the image go together.
    /// - Returns: warnings.
    private static func checkNames(
        _ names: [ImageReference], _ outputs: [ImageOutput], _ server: ServerAddress
    ) throws -> [String] {
        guard !outputs.contains(.push) else {
            guard !names.isEmpty else { throw ValidationError("--push: the image has no name; give one with --tag") }
            return []
        }
        guard outputs.isEmpty else { return [] }
        return names.filter { $0.host != nil }.map { name in
            """
            The image goes to the server as \(ImageNames.onServer(name, server)); \
            with --push to \(name.host?.description ?? ""), too.
            """
        }
    }
}
