extension SettingsReader {
    /// Refuses settings of which one makes another meaningless: whoever gave both expects something else than they get.
    /// Those about connections are refused where they are read, and what files say where these are.
    func refuseContradictions(in settings: Settings) throws {
        if settings.anonymous == .all {
            for setting in [Setting.accessRules, .htpasswd] {
                try refuse(
                    setting, beside: .anonymous,
                    because: "lets everybody do everything, so that nobody has to say who they are")
            }
        }
        if settings.audit.target == .off {
            for setting in [Setting.auditLogSize, .auditLogCount] {
                try refuse(setting, beside: .auditLog, because: "says that there is no audit log")
            }
        }
        if settings.contentEncodings.isEmpty, settings.encodedCopies > 0 {
            try refuse(.encodedCopies, beside: .contentEncodings, because: "says that layers are sent as they are")
        }
        if settings.mirrors.entries.isEmpty {
            try refuse(.mirrorFreshness, unlessGiven: .mirrors)
        }
    }

    private func refuse(_ setting: Setting, beside other: Setting, because reason: String) throws {
        guard isSet(setting), isSet(other) else { return }
        throw SettingsError(
            "\(place(of: setting)) means nothing where \(place(of: other)) \(reason): leave out one of the two.")
    }

    private func refuse(_ setting: Setting, unlessGiven other: Setting) throws {
        guard isSet(setting) else { return }
        throw SettingsError("\(place(of: setting)) means nothing without \(other.flag) (\(other.variable)): give both.")
    }
}
