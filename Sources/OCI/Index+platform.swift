extension Index {
    /// The manifest that suits `platform` best; `nil` when none does. An index of a single manifest that names no
    /// platform has it for all.
    public func manifest(for platform: Platform) -> Descriptor? {
        let images = manifests.filter { MediaType.isManifest($0.mediaType) }
        if let position = platform.best(of: images.map(\.platform)) { return images[position] }
        return images.count == 1 && images[0].platform == nil ? images[0] : nil
    }
}
