/// The image that all applications begin with.
enum BaseImage {
    /// Its name.
    static let name = "debian:bookworm"
    /// The name of one with other contents, which takes its place in a scenario.
    static let changedName = "debian:changed"
    /// Its repository.
    static let repository = "debian"
}
