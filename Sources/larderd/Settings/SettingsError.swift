/// Why the settings cannot be used: which one, where it was set, and what is valid.
struct SettingsError: Error, Sendable, CustomStringConvertible {
    /// A sentence for people.
    let description: String

    init(_ description: String) {
        self.description = description
    }
}
