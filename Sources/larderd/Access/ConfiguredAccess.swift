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
    /// Knows clients by their certificates; `nil` without rules.
    let certificates: CertificateAuthenticator?
    /// What looks after the files.
    let services: [any Service]

    /// All that know somebody, in the order in which they are asked.
    var authenticators: [any Authenticator] {
        // A password takes long to check, so what is none is not taken for one.
        [jobs as (any Authenticator)?, users, certificates].compactMap { $0 }
    }

    /// Nobody.
    static let nobody = ConfiguredAccess()

    private init() {
        (jobs, users, certificates, services) = (nil, nil, nil, [])
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
                    try Self.check(fresh, settings)
                    tokens.trust(fresh.issuers)
                    rules.replace(fresh)
                })
            jobs = JobAuthenticator(tokens: tokens, rules: rules, logger: logger)
            certificates = CertificateAuthenticator(rules: rules, logger: logger)
        } else {
            (jobs, certificates) = (nil, nil)
        }
        if let file = settings.passwords {
            let checker = PasswordChecker()
            services.append(
                try WatchedFile(file, logger: logger) { bytes throws(AccessError) in
                    checker.replace(try PasswordFile(String(decoding: bytes, as: UTF8.self)))
                })
            users = PasswordAuthenticator(checker: checker, rules: rules, logger: logger)
            guard rules.current.ruleAboutUsers != nil else {
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

    /// Rules about those who cannot show who they are here say something that the settings do not.
    /// - Throws: `invalidRules`.
    private static func check(_ rules: AccessRules, _ settings: Settings) throws(AccessError) {
        if settings.tls?.clientAuthority == nil, let rule = rules.ruleAboutCertificates {
            throw AccessError(
                .invalidRules, line: rule.line,
                """
                rule '\(rule.name)' is about client certificates, and this server believes none: name the authority that \
                signs them with \(Setting.tlsClientCa.flag) (\(Setting.tlsClientCa.variable)), or take the rule out
                """)
        }
        if settings.passwords == nil, let rule = rules.ruleAboutUsers {
            throw AccessError(
                .invalidRules, line: rule.line,
                """
                rule '\(rule.name)' is about users, and this server knows no passwords: name their file with \
                \(Setting.htpasswd.flag) (\(Setting.htpasswd.variable)), or take the rule out
                """)
        }
    }

    /// What somebody may do now who logged in with something that is no token of this server.
    /// - Parameter certificate: that of the connection.
    func login(_ origin: RegistryToken.Origin, _ certificate: ClientCertificate?) async -> Authentication {
        switch origin {
        case .certificate: certificates?.identify(certificate) ?? .unknown
        case .job(let text): await jobs?.identify(text) ?? .unknown
        case .user(let name): users?.identify(user: name) ?? .unknown
        case .anonymous: .identified(.anonymous)
        case .token, .scanner: .unknown
        }
    }
}
