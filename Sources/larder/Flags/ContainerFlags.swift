import ArgumentParser
import Build
import Dockerfile
import Glibc

/// What containers of RUN are like.
struct ContainerFlags: ParsableArguments {
    @Option(help: ArgumentHelp("The network of RUN: default, none or host.", valueName: "MODE"))
    var network = "default"
    @Option(
        help: ArgumentHelp("A name that RUN finds in /etc/hosts; may be repeated.", valueName: "NAME:ADDRESS"))
    var addHost: [String] = []
    @Option(help: ArgumentHelp("How much fits into /dev/shm; default: 64m.", valueName: "SIZE"))
    var shmSize: String?
    @Option(help: ArgumentHelp("A resource limit of RUN, as in nofile=1024:4096.", valueName: "NAME=SOFT[:HARD]"))
    var ulimit: [String] = []
    @Option(help: ArgumentHelp("The control group below which those of RUN are.", valueName: "PATH"))
    var cgroupParent: String?
    @Option(
        help: ArgumentHelp(
            "What the Dockerfile may ask for: network.host, security.insecure.", valueName: "ENTITLEMENT"))
    var allow: [String] = []

    private static let limitNames = [
        "core", "cpu", "data", "fsize", "locks", "memlock", "msgqueue", "nice", "nofile", "nproc", "rss", "rtprio",
        "rttime", "sigpending", "stack",
    ]

    /// What the flags come down to.
    /// - Parameter buildArguments: as BuildKit's, `BUILDKIT_SANDBOX_HOSTNAME` is the name of the host.
    /// - Throws: `ValidationError`.
    func settings(buildArguments: [String: String]) throws -> SandboxSettings {
        var settings = SandboxSettings()
        guard let mode = RunOperation.Network(rawValue: network) else {
            throw ValidationError("--network: '\(network)' is not supported; use default, none or host")
        }
        settings.network = mode
        // As buildx reads lists.
        settings.extraHosts = try addHost.flatMap { $0.split(separator: ",").map(String.init) }.map(Self.extraHost)
        if let shmSize {
            guard let size = MemorySize.bytes(shmSize), size > 0 else {
                throw ValidationError("--shm-size: '\(shmSize)' is not a size; write it like 128m or 1g")
            }
            settings.sharedMemorySize = size
        }
        for text in ulimit {
            let limit = try Self.limit(text)
            settings.resourceLimits.removeAll { $0.name == limit.name }
            settings.resourceLimits.append(limit)
        }
        if let name = buildArguments["BUILDKIT_SANDBOX_HOSTNAME"], !name.isEmpty { settings.hostName = name }
        settings.controlGroupParent = cgroupParent.flatMap { $0.isEmpty ? nil : $0 }
        return settings
    }

    /// What is allowed.
    /// - Throws: `ValidationError`.
    func entitlements() throws -> Set<Entitlement> {
        var entitlements: Set<Entitlement> = []
        for name in allow.flatMap({ $0.split(separator: ",") }).map(String.init) {
            guard let entitlement = Entitlement(rawValue: name) else {
                let known = Entitlement.allCases.map(\.rawValue).joined(separator: " and ")
                throw ValidationError("--allow: '\(name)' is not known; what can be allowed is \(known)")
            }
            entitlements.insert(entitlement)
        }
        return entitlements
    }

    /// `NAME:ADDRESS` or `NAME=ADDRESS`; an IPv6 address may stand in brackets.
    private static func extraHost(_ text: String) throws -> SandboxSettings.ExtraHost {
        let separator = text.contains("=") ? "=" : ":" as Character
        let parts = text.split(separator: separator, maxSplits: 1).map(String.init)
        guard parts.count == 2, !parts[0].contains(where: \.isWhitespace) else {
            throw ValidationError("--add-host: '\(text)' is not understood; write NAME:ADDRESS")
        }
        // RUN shares the network of this machine.
        var address = parts[1] == "host-gateway" ? "127.0.0.1" : parts[1]
        if address.hasPrefix("["), address.hasSuffix("]") { address = String(address.dropFirst().dropLast()) }
        guard isAddress(address) else {
            throw ValidationError("--add-host: '\(parts[1])' is not an IP address")
        }
        return SandboxSettings.ExtraHost(name: parts[0], address: address)
    }

    private static func isAddress(_ text: String) -> Bool {
        var (four, six) = (in_addr(), in6_addr())
        return unsafe inet_pton(AF_INET, text, &four) == 1 || inet_pton(AF_INET6, text, &six) == 1
    }

    private static func limit(_ text: String) throws -> SandboxSettings.ResourceLimit {
        let parts = text.split(separator: "=", maxSplits: 1).map(String.init)
        let values = parts.count == 2 ? parts[1].split(separator: ":", omittingEmptySubsequences: false) : []
        let numbers = values.compactMap { $0 == "-1" ? SandboxSettings.ResourceLimit.unlimited : UInt64($0) }
        guard (1...2).contains(values.count), numbers.count == values.count else {
            throw ValidationError("--ulimit: '\(text)' is not understood; write NAME=SOFT[:HARD], -1 for no limit")
        }
        guard limitNames.contains(parts[0]) else {
            throw ValidationError(
                "--ulimit: '\(parts[0])' is not a limit; there are \(limitNames.joined(separator: ", "))")
        }
        let (soft, hard) = (numbers[0], numbers[numbers.count - 1])
        guard soft <= hard else {
            throw ValidationError("--ulimit: the soft limit of '\(text)' is above the hard one")
        }
        return SandboxSettings.ResourceLimit(name: parts[0], soft: soft, hard: hard)
    }
}
