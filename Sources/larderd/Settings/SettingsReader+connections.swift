import SystemPackage

extension SettingsReader {
    /// How clients reach the server. What contradicts itself is refused, since a guess would be wrong where it matters.
    func readConnections(into settings: inout Settings) throws {
        try read(
            .listen, "HOST:PORT, as in 127.0.0.1:7070 or [::1]:7070", { ListenAddress($0) }, into: &settings.listen)
        try read(
            .metricsListen, "HOST:PORT, as in 127.0.0.1:7071 or [::1]:7071",
            { ListenAddress($0).map(Optional.some) }, into: &settings.metricsListen)
        try read(
            .limits,
            "limits with commas between them, as in connections=2000,slow-time=30s,body-size=8GiB; they are "
                + Limits.names.joined(separator: ", "), Limits.init, into: &settings.limits)
        var isInsecure = false
        try read(.insecureListen, "true or false", { Bool($0) }, into: &isInsecure)
        settings.tls = try tlsFiles()
        if settings.tls != nil, isInsecure {
            throw SettingsError(
                """
                \(place(of: .insecureListen)) asks for plain HTTP, \(place(of: .tlsCert)) for HTTPS: leave out one of \
                the two.
                """)
        }
        guard settings.tls != nil || isInsecure || settings.listen.isLoopback else {
            throw SettingsError(
                """
                \(place(of: .listen)) is '\(settings.listen)', which other machines reach, and plain HTTP lets whoever \
                is on the way read tokens and change what is built: serve HTTPS with \(Setting.tlsCert.flag) FILE and \
                \(Setting.tlsKey.flag) FILE, or say \(Setting.insecureListen.flag) if the network is trusted.
                """)
        }
    }

    private func tlsFiles() throws -> TLSFiles? {
        let certificate = try file(.tlsCert)
        let key = try file(.tlsKey)
        let authority = try file(.tlsClientCa)
        var authentication: TLSFiles.ClientAuthentication?
        try read(
            .tlsClientAuth, "none, optional or require",
            { TLSFiles.ClientAuthentication(rawValue: $0).map(Optional.some) },
            into: &authentication)
        guard let certificate, let key else {
            try refuse(.tlsCert, without: .tlsKey, if: certificate != nil)
            try refuse(.tlsKey, without: .tlsCert, if: key != nil)
            try refuse(.tlsClientCa, without: .tlsCert, if: authority != nil)
            try refuse(.tlsClientAuth, without: .tlsCert, if: authentication.map { $0 != .none } ?? false)
            return nil
        }
        var files = TLSFiles(certificate: certificate, key: key)
        files.clientAuthority = authority
        files.clientAuthentication = authentication ?? (authority == nil ? .none : .optional)
        try refuse(
            .tlsClientAuth, without: .tlsClientCa, if: authority == nil && files.clientAuthentication != .none)
        if authority != nil, files.clientAuthentication == .none {
            throw SettingsError(
                """
                \(place(of: .tlsClientCa)) names authorities for certificates of clients, but \
                \(place(of: .tlsClientAuth)) says that clients show none: leave out one of the two.
                """)
        }
        return files
    }

    private func file(_ setting: Setting) throws -> FilePath? {
        var file: FilePath?
        try read(setting, "the path of a file", { $0.isEmpty ? nil : FilePath($0) }, into: &file)
        return file
    }

    private func refuse(_ setting: Setting, without other: Setting, if isRefused: Bool) throws {
        guard isRefused else { return }
        throw SettingsError("\(place(of: setting)) is set, but \(other.flag) (\(other.variable)) is not: give both.")
    }
}
