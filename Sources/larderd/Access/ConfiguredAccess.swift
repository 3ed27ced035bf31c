import Access
import Logging
import ServiceLifecycle

/// Those who are known by configuration: jobs, by the tokens of their CI systems, and users with passwords. Its files are read
/// again when they change.
struct ConfiguredAccess: Sendable {
    /// Knows the tokens of jobs; `nil` without rules.
    let jobs: JobAuthenticator?
    /// Knows the users; `nil` without a file of passwords.
    let users: PasswordAuthenticator?
    /// What looks after the files.
    let services: [any Service]

    /// All that know somebody, in the order in which they are asked.
    var authenticators: [any Authenticator] {
        // A password takes long to check, so what is none is not taken for one.
        [jobs as (any Authenticator)?, users].compactMap { $0 }
    }

    /// Nobody.
    static let nobody = ConfiguredAccess()

    private init() {
        (jobs, users, services) = (nil, nil, [])
    }

    /// Reads the files. Blocks.
    /// - Throws: ``SettingsError`` with the path and the line of what is wrong.
    init(_ settings: Settings, logger: Logger) throws {
        let rules = CurrentRules(.none)
        var services: [any Service] = []
        if let file = settings.accessRules {
            let tokens = JobTokens(client: IssuerClient(environment: settings.environment), logger: logger)
            services.append(
                try WatchedFile(file, logger: logger) { bytes throws(AccessError) in
                    let fresh = try AccessRules(parsing: bytes)
                    tokens.trust(fresh.issuers)
                    rules.replace(fresh)
                })
            jobs = JobAuthenticator(tokens: tokens, rules: rules, logger: logger)
        } else {
            jobs = nil
        }
        if let file = settings.passwords {
            let checker = PasswordChecker()
            services.append(
                try WatchedFile(file, logger: logger) { bytes throws(AccessError) in
                    checker.replace(try PasswordFile(String(decoding: bytes, as: UTF8.self)))
                })
            users = PasswordAuthenticator(checker: checker, rules: rules, logger: logger)
            guard rules.current.nameUsers else {
                throw SettingsError(
                    """
                    \(Setting.htpasswd.flag) names users, and no rule says what they may do: put one with "user" into the file \
                    of \(Setting.accessRules.flag), as in {"user": "*", "project": "shop", "rights": ["read"]}.
                    """)
            }
        } else {
            users = nil
        }
        self.services = services
    }

    /// What somebody may do now who logged in with something that is no token of this server.
    func login(_ origin: RegistryToken.Origin) async -> Authentication {
        switch origin {
        case .job(let text): await jobs?.identify(text) ?? .unknown
        case .user(let name): users?.identify(user: name) ?? .unknown
        case .anonymous: .identified(.anonymous)
        case .token: .unknown
        }
    }
}
