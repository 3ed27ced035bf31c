/// What is visible above the first FROM: the platform arguments and the ARGs there, build arguments applied.
struct GlobalScope: Sendable {
    /// Build arguments that the builder itself answers to, so no ARG has to declare them.
    static let proxyNames = ["HTTP_PROXY", "HTTPS_PROXY", "FTP_PROXY", "NO_PROXY", "ALL_PROXY"]

    private(set) var variables = Variables()
    let buildArguments: [String: String]
    /// Names without a default in the file that are always there.
    private(set) var platformNames: [String] = []

    init(
        _ declarations: [(ArgumentDeclaration, LineLocation)], options: Dockerfile.Options, targetName: String,
        expander: WordExpander
    ) throws(DockerfileError) {
        buildArguments = options.buildArguments
        let build = Platform(options.buildPlatform, usual: nil)
        for (prefix, platform) in [("BUILD", build), ("TARGET", Platform(options.platform, usual: build))] {
            define("\(prefix)PLATFORM", platform?.description ?? "")
            define("\(prefix)OS", platform?.system ?? "")
            define("\(prefix)OSVERSION", "")
            define("\(prefix)ARCH", platform?.architecture ?? "")
            define("\(prefix)VARIANT", platform?.variant ?? "")
        }
        define("TARGETSTAGE", targetName)
        for (declaration, location) in declarations {
            if let value = buildArguments[declaration.name] {
                variables[declaration.name] = value
            } else if let value = declaration.value {
                variables[declaration.name] = try expander.text(value, in: variables, at: location)
            }
        }
    }

    private mutating func define(_ name: String, _ value: String) {
        platformNames.append(name)
        variables[name] = buildArguments[name] ?? value
    }

    /// Whether the build argument `name` has a meaning without an ARG.
    func isPredefined(_ name: String) -> Bool {
        platformNames.contains(name) || Self.proxyNames.contains(name.uppercased()) || name == "SOURCE_DATE_EPOCH"
            || name.utf8.starts(with: "BUILDKIT_".utf8)
    }

    /// Proxy variables given as build arguments, in both spellings as programs look for either, in a fixed order.
    var proxies: [(name: String, value: String)] {
        Self.proxyNames.flatMap { name -> [(name: String, value: String)] in
            let lower = name.lowercased()
            guard let value = buildArguments[name] ?? buildArguments[lower] else { return [] }
            return [(name, value), (lower, buildArguments[lower] ?? value)]
        }
    }
}
