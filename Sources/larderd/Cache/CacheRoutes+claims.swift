import CacheAPI
import Hummingbird

extension CacheRoutes {
    /// `POST …/claims/wait`: answers when nobody builds a step any more.
    func waitForClaim(_ request: Request, _ access: ProjectAccess) async throws -> Response {
        var wait: ClaimWait = try await request.bytes(upTo: limits.jsonBytes).decoded()
        try GraphQuery.Claim.check(id: wait.id)
        try GraphQuery.check(scopes: wait.scopes)
        wait.scopes.removeAll { !access.reads($0) }
        return try .json(await claims.wait(wait, access.project))
    }

    /// `POST …/claims/renew`: a build goes on.
    func renewClaims(_ request: Request, _ project: ProjectName) async throws -> Response {
        let renewal: ClaimRenewal = try await request.bytes(upTo: limits.jsonBytes).decoded()
        claims.renew(renewal.id, project)
        return Response(status: .noContent)
    }

    /// `POST …/claims/release`: a build gives steps back.
    func releaseClaims(_ request: Request, _ project: ProjectName) async throws -> Response {
        let release: ClaimRelease = try await request.bytes(upTo: limits.jsonBytes).decoded()
        claims.release(release, project)
        return Response(status: .noContent)
    }
}
