public import Chunking

/// The paths of the cache API. JSON bodies unless said otherwise.
public enum CachePath {
    /// Everything about a project is below this.
    public static func project(_ project: ProjectName) -> String { "/api/v1/projects/\(project)" }

    /// `POST` ``ResolveQuery``: ``ResolveAnswer``.
    public static func resolve(_ project: ProjectName) -> String { self.project(project) + "/resolve" }

    /// `POST` ``GraphQuery``: ``GraphAnswer``.
    public static func lookup(_ project: ProjectName) -> String { self.project(project) + "/lookup" }

    /// `POST` ``ExplainQuery``: ``ExplainAnswer``.
    public static func explain(_ project: ProjectName) -> String { self.project(project) + "/explain" }

    /// `POST` ``ClaimWait``: ``ClaimState``, as soon as nobody builds the step any more or the time is over.
    public static func claimWait(_ project: ProjectName) -> String { self.project(project) + "/claims/wait" }

    /// `POST` ``ClaimRenewal``: 204. Claims that are not renewed for ``ClaimRenewal/lifetime`` are over.
    public static func claimRenewal(_ project: ProjectName) -> String { self.project(project) + "/claims/renew" }

    /// `POST` ``ClaimRelease``: 204.
    public static func claimRelease(_ project: ProjectName) -> String { self.project(project) + "/claims/release" }

    /// `POST` ``StepRecord``: 201 when it was recorded, 200 when an earlier record stays.
    public static func steps(_ project: ProjectName) -> String { self.project(project) + "/steps" }

    /// `POST` ``CacheMountQuery``: ``CacheMountAnswer``.
    public static func cacheMountQuery(_ project: ProjectName) -> String {
        self.project(project) + "/cache-mounts/find"
    }

    /// `POST` ``CacheMountRecord``: 201; 409 when its layer is not there.
    public static func cacheMounts(_ project: ProjectName) -> String { self.project(project) + "/cache-mounts" }

    /// `POST` chunk ids, 32 bytes each (at most ``chunkIDsMaximum``): the positions of those that are missing, each
    /// four bytes, little-endian, ascending.
    public static func missingChunks(_ project: ProjectName) -> String { self.project(project) + "/chunks/missing" }

    /// `POST` chunk ids, 32 bytes each: the frames that hold them, in the order of first need, one after the other.
    /// A chunk that is not there ends the request with 409 before the first byte.
    public static func fetchChunks(_ project: ProjectName) -> String { self.project(project) + "/chunks/fetch" }

    /// `POST` frames, one after the other; durable when answered with 204.
    public static func frames(_ project: ProjectName) -> String { self.project(project) + "/frames" }

    /// `PUT` an encoded recipe: 201 when the layer is committed; 409 when chunks are missing, 422 when its diffID
    /// is another. `GET`: the encoded recipe, or 404.
    public static func layer(_ project: ProjectName, _ diffID: Digest) -> String {
        self.project(project) + "/layers/\(diffID)"
    }

    /// `POST` ``ChainQuery``: ``ChainAnswer``.
    public static func chainQuery(_ project: ProjectName) -> String { self.project(project) + "/chain/query" }

    /// `POST` ``FileQuery``: the file's bytes, or 404.
    public static func chainFile(_ project: ProjectName) -> String { self.project(project) + "/chain/file" }

    /// `POST` ``AssembleRequest``: ``AssembleAnswer``, 201.
    public static func images(_ project: ProjectName) -> String { self.project(project) + "/images" }

    /// `POST` ``OutcomeReport``: 204.
    public static func outcomes(_ project: ProjectName) -> String { self.project(project) + "/outcomes" }

    /// The most chunk ids in one request.
    public static let chunkIDsMaximum = 65_536
}
