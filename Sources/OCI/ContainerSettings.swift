/// How containers of an image run: `config` of an image's configuration.
///
/// Fields are named as their instructions are; empty lists, maps and texts are left out when it is written.
public struct ContainerSettings: Hashable, Sendable {
    /// USER: `user[:group]`; empty for root.
    public var user = ""
    /// EXPOSE: ports, as `80/tcp`.
    public var exposedPorts: Set<String> = []
    /// ENV: `NAME=value` in order.
    public var environment: [String] = []
    /// ENTRYPOINT; `nil` when there is none.
    public var entrypoint: [String]?
    /// CMD; `nil` when there is none.
    public var command: [String]?
    /// Whether `command` is one escaped command line already. It means something on Windows alone, but BuildKit always sets
    /// it with CMD.
    public var argumentsEscaped: Bool?
    /// VOLUME: paths.
    public var volumes: Set<String> = []
    /// WORKDIR; empty for `/`.
    public var workingDirectory = ""
    /// LABEL.
    public var labels: [String: String] = [:]
    /// STOPSIGNAL; empty for the runtime's default.
    public var stopSignal = ""
    /// Seconds until a container that was told to stop is killed.
    public var stopTimeout: Int?
    /// HEALTHCHECK; `nil` when there is none.
    public var healthCheck: HealthCheck?
    /// ONBUILD: instructions for images that are built on this one.
    public var onBuild: [String] = []
    /// SHELL; `nil` for the default.
    public var shell: [String]?

    /// Makes empty settings.
    public init() {}
}

extension ContainerSettings: Codable {
    private enum CodingKeys: String, CodingKey {
        case user = "User"
        case exposedPorts = "ExposedPorts"
        case environment = "Env"
        case entrypoint = "Entrypoint"
        case command = "Cmd"
        case argumentsEscaped = "ArgsEscaped"
        case volumes = "Volumes"
        case workingDirectory = "WorkingDir"
        case labels = "Labels"
        case stopSignal = "StopSignal"
        case stopTimeout = "StopTimeout"
        case healthCheck = "Healthcheck"
        case onBuild = "OnBuild"
        case shell = "Shell"
    }

    /// The value `{}` of a set that Go has as a map.
    private struct Presence: Codable {}

    /// Reads the JSON form; absent and `null` are the same.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        func value<Value: Decodable>(_ key: CodingKeys, _ type: Value.Type = Value.self) throws -> Value? {
            try container.decodeIfPresent(Value.self, forKey: key)
        }
        user = try value(.user) ?? ""
        exposedPorts = Set(try value(.exposedPorts, [String: Presence].self)?.keys.map { $0 } ?? [])
        environment = try value(.environment) ?? []
        entrypoint = try value(.entrypoint)
        command = try value(.command)
        argumentsEscaped = try value(.argumentsEscaped)
        volumes = Set(try value(.volumes, [String: Presence].self)?.keys.map { $0 } ?? [])
        workingDirectory = try value(.workingDirectory) ?? ""
        labels = try value(.labels) ?? [:]
        stopSignal = try value(.stopSignal) ?? ""
        stopTimeout = try value(.stopTimeout)
        healthCheck = try value(.healthCheck)
        onBuild = try value(.onBuild) ?? []
        shell = try value(.shell)
    }

    /// Writes the JSON form.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        func encode(_ value: (some Encodable & Collection)?, _ key: CodingKeys) throws {
            if let value, !value.isEmpty { try container.encode(value, forKey: key) }
        }
        func presence(_ names: Set<String>) -> [String: Presence] {
            Dictionary(uniqueKeysWithValues: names.map { ($0, Presence()) })
        }
        try encode(user, .user)
        try encode(presence(exposedPorts), .exposedPorts)
        try encode(environment, .environment)
        // An empty list is not the same as none here: it takes away what the base image has.
        try container.encodeIfPresent(entrypoint, forKey: .entrypoint)
        try container.encodeIfPresent(command, forKey: .command)
        try container.encodeIfPresent(argumentsEscaped, forKey: .argumentsEscaped)
        try encode(presence(volumes), .volumes)
        try encode(workingDirectory, .workingDirectory)
        try encode(labels, .labels)
        try encode(stopSignal, .stopSignal)
        try container.encodeIfPresent(stopTimeout, forKey: .stopTimeout)
        try container.encodeIfPresent(healthCheck, forKey: .healthCheck)
        try encode(onBuild, .onBuild)
        try encode(shell, .shell)
    }
}
