extension Credentials {
    /// A login.
    init(user: String, password: String) {
        proof = .basic(user: user, password: password)
        certificate = nil
    }
}
