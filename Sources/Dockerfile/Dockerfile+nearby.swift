internal import Spelling

extension Dockerfile {
    /// What was probably meant by a name that no stage has, so that it is taken for that of an image which cannot be had: a
    /// sentence that says what is near, or `nil` when nothing is, or when the name can only be that of an image.
    public func advice(onImage name: String, options: Options) -> String? {
        guard !name.unicodeScalars.contains(where: { ["/", ":", "@"].contains($0) }) else { return nil }
        let names = stages.compactMap(\.name)
        // Only behind FROM: other instructions are refused that name a later stage.
        if names.contains(name.lowercased()) {
            return "The stage `\(name)` begins below this line: move it above, or it is an image that is meant."
        }
        let contexts = options.contexts.keys.sorted()
        guard let nearest = NearestName.of(name, among: names + contexts) else { return nil }
        let kind = names.contains(nearest) ? "stage" : "build context"
        return "No stage is called `\(name)`, so it is taken for an image; did you mean the \(kind) `\(nearest)`?"
    }
}
