public import OCI

extension Rights {
    /// What an action of a registry's client needs.
    public init(_ action: RegistryScope.Action) {
        switch action {
        case .pull: self = .read
        case .push: self = .write
        case .delete: self = .delete
        }
    }
}
