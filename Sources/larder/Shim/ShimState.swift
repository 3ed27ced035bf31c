/// What the stand-in for docker remembers between its commands.
struct ShimState: Codable, Hashable, Sendable {
    /// The most names of ``local``.
    private static let localMaximum = 1000

    /// Images that are on the server alone.
    private(set) var pending: [ShimImage] = []
    /// Names that docker itself gave to images, which no registry needs to know.
    private(set) var local: [String] = []

    /// A build of `larder` made an image; whatever had its name has it no longer.
    mutating func add(_ image: ShimImage) {
        forget([image.name])
        pending.append(image)
    }

    /// The image of a name or of an id, of which the beginning will do.
    func image(_ text: String) -> ShimImage? {
        let name = DockerName.canonical(text)
        if let image = pending.first(where: { $0.name == name }) { return image }
        let hex = text.hasPrefix("sha256:") ? text.dropFirst("sha256:".count) : text[...]
        guard hex.utf8.count >= 12, hex.allSatisfy(\.isHexDigit) else { return nil }
        return pending.first { $0.id.hasPrefix("sha256:\(hex.lowercased())") }
    }

    /// The images that words of a command line may mean, with all other names of the same ones.
    func images(in words: [String]) -> [ShimImage] {
        // A flag may have its value behind `=`.
        let candidates = words.flatMap { word in
            word.hasPrefix("-") ? word.split(separator: "=").dropFirst().map(String.init) : [word]
        }
        let meant = Set(candidates.compactMap { image($0)?.image })
        return pending.filter { meant.contains($0.image) }
    }

    /// The images that have a name in the repository of one of these words.
    func images(sharingRepositoryWith words: [String]) -> [ShimImage] {
        func repository(_ name: String) -> String { String(name[..<(name.lastIndex(of: ":") ?? name.endIndex)]) }
        let meant = Set(words.compactMap { DockerName.canonical($0) }.map(repository))
        return pending.filter { meant.contains(repository($0.name)) }
    }

    /// Names are given to other images, or to none.
    mutating func forget(_ names: [String]) {
        let names = Set(names)
        pending.removeAll { names.contains($0.name) }
        local.removeAll { names.contains($0) }
    }

    /// Images are among docker's own now.
    mutating func loaded(_ images: [ShimImage]) {
        forget(images.map(\.name))
        local = Array((local + images.map(\.name)).suffix(Self.localMaximum))
    }

    /// Docker itself gave names to images.
    mutating func gave(_ names: [String]) {
        forget(names)
        local = Array((local + names).suffix(Self.localMaximum))
    }
}
