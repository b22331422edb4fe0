"""The hosted site: static pages in S3 and the API, behind one CloudFront distribution, so there is one origin."""

import json
from pathlib import Path
from typing import Any

from aws_cdk import Annotations, Duration, RemovalPolicy, Stack
from aws_cdk import aws_apigatewayv2 as api
from aws_cdk import aws_certificatemanager as acm
from aws_cdk import aws_cloudfront as cloudfront
from aws_cdk import aws_cloudfront_origins as origins
from aws_cdk import aws_logs as logs
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_s3_deployment as deployment_
from constructs import Construct

from infra.constructs.function import ROOT
from infra.deployment import Deployment
from infra.stacks import opendata
from infra.stacks.data import DataStack

SITE = ROOT / "build" / "site"
VIEWER_REQUEST = """
var files = new Set(FILES);
var missing = MISSING;
function handler(event) {
  var request = event.request;
  if (request.uri.endsWith('/')) { request.uri += 'index.html'; }
  if (files.has(request.uri)) { return request; }
  if (files.has(request.uri + '/index.html')) {
    var there = { location: { value: request.uri + '/' } };
    return { statusCode: 301, statusDescription: 'Moved Permanently', headers: there };
  }
  var html = { 'content-type': { value: 'text/html; charset=utf-8' } };
  return { statusCode: 404, statusDescription: 'Not Found', headers: html, body: { encoding: 'text', data: missing } };
}
"""
"""`/en` → `/en/` → `/en/index.html`, and our own page where there is none.

CloudFront's error pages would be one for the whole distribution and so replace the API's problems.
"""
FUNCTION_BYTES = 10_240
"""CloudFront takes no larger function."""
REQUESTS_PER_SECOND = 1000
ACCESS_LOG = {
    "requestId": "$context.requestId",
    "route": "$context.routeKey",
    "status": "$context.status",
    "milliseconds": "$context.responseLatency",
    "bytes": "$context.responseLength",
    "authorizerError": "$context.authorizer.error",
    "integrationError": "$context.integrationErrorMessage",
}
"""The route and not the path, no query and no address: links carry tokens, and callers are people."""
CONTENT_SECURITY_POLICY = (
    "default-src 'self'; img-src 'self' data:; style-src 'self'; script-src 'self'; object-src 'none'; "
    "base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)


def _empty_site() -> Path:
    """One page, so that templates can be written (tests, `make synth`) where the pages are not built."""
    folder = ROOT / "build" / "empty-site"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "index.html").write_text("<!doctype html><title>Not built</title>", encoding="utf-8")
    return folder


def viewer_request(pages: Path) -> str:
    """Return the CloudFront function of the site in `pages`.

    Raises:
        ValueError: it is too large for CloudFront.
    """
    files = sorted("/" + path.relative_to(pages).as_posix() for path in pages.rglob("*") if path.is_file())
    page = pages / "404.html"
    missing = page.read_text(encoding="utf-8") if page.is_file() else "Not found"
    code = VIEWER_REQUEST.replace("FILES", json.dumps(files)).replace("MISSING", json.dumps(missing))
    if len(code.encode()) > FUNCTION_BYTES:
        raise ValueError(f"The site's CloudFront function has {len(code.encode())} bytes, more than {FUNCTION_BYTES}.")
    return code


class WebStack(Stack):
    """Stateless: the site bucket is filled from the build at each deployment."""

    def __init__(self, scope: Construct, name: str, deployment: Deployment, data: DataStack, **kwargs: Any) -> None:
        super().__init__(scope, name, **kwargs)
        self._api(deployment)
        pages = SITE
        if not (SITE / "index.html").is_file():
            pages = _empty_site()
            Annotations.of(self).add_warning("build/site is missing (`python -m web.build`): the site will be empty.")
        self.bucket = s3.Bucket(
            self,
            "Site",
            encryption=s3.BucketEncryption.S3_MANAGED,
            block_public_access=s3.BlockPublicAccess.BLOCK_ALL,
            enforce_ssl=True,
            removal_policy=RemovalPolicy.DESTROY,
        )
        headers = self._headers(deployment)
        viewer = (
            cloudfront.ViewerProtocolPolicy.ALLOW_ALL
            if deployment.gaps.plain_http
            else cloudfront.ViewerProtocolPolicy.REDIRECT_TO_HTTPS
        )
        index = cloudfront.Function(
            self,
            "IndexPages",
            code=cloudfront.FunctionCode.from_inline(viewer_request(pages)),
            runtime=cloudfront.FunctionRuntime.JS_2_0,
        )
        served = cloudfront.BehaviorOptions(
            origin=origins.HttpOrigin(f"{self.api.api_id}.execute-api.{self.region}.{self.url_suffix}"),
            viewer_protocol_policy=viewer,
            allowed_methods=cloudfront.AllowedMethods.ALLOW_ALL,
            cache_policy=cloudfront.CachePolicy.CACHING_DISABLED,
            origin_request_policy=cloudfront.OriginRequestPolicy.ALL_VIEWER_EXCEPT_HOST_HEADER,
            response_headers_policy=headers,
        )
        certificate = (
            acm.Certificate.from_certificate_arn(self, "Certificate", deployment.certificate_arn)
            if deployment.certificate_arn
            else None
        )
        self.distribution = cloudfront.Distribution(
            self,
            "Distribution",
            comment=f"Quietline {deployment.stage}",
            domain_names=[deployment.domain] if deployment.domain else None,
            certificate=certificate,
            minimum_protocol_version=cloudfront.SecurityPolicyProtocol.TLS_V1_2_2021,
            http_version=cloudfront.HttpVersion.HTTP2_AND_3,
            price_class=cloudfront.PriceClass.PRICE_CLASS_100,
            default_behavior=cloudfront.BehaviorOptions(
                origin=origins.S3BucketOrigin.with_origin_access_control(self.bucket),
                viewer_protocol_policy=viewer,
                response_headers_policy=headers,
                function_associations=[
                    cloudfront.FunctionAssociation(
                        function=index, event_type=cloudfront.FunctionEventType.VIEWER_REQUEST
                    )
                ],
            ),
            additional_behaviors={
                **dict.fromkeys(
                    ("/v0/*", "/v1/*", "/forms/*", "/portal", "/portal/*", "/console", "/console/*", "/.well-known/*"),
                    served,
                ),
                **dict.fromkeys(
                    ("/data", "/data/*"), opendata.behavior(self, data, deployment.profile, viewer, headers)
                ),
            },
        )
        self.site_url = (
            deployment.site_url or f"https://{deployment.domain or self.distribution.distribution_domain_name}"
        )
        """Where the site is reached; links in mails point here."""
        deployment_.BucketDeployment(
            self,
            "Pages",
            sources=[deployment_.Source.asset(str(pages))],
            destination_bucket=self.bucket,
            distribution=self.distribution,
            distribution_paths=["/*"],
            memory_limit=512,
            retain_on_delete=False,
        )

    def _api(self, deployment: Deployment) -> None:
        """The API's address and stage; the service stack adds what it answers with."""
        self.api = api.HttpApi(self, "Api", create_default_stage=False, api_name=deployment.prefix)
        self.api_logs = logs.LogGroup(
            self, "ApiLogs", retention=deployment.log_retention, removal_policy=deployment.removal
        )
        api.CfnStage(
            self,
            "Stage",
            api_id=self.api.api_id,
            stage_name="$default",
            auto_deploy=True,
            default_route_settings=api.CfnStage.RouteSettingsProperty(
                detailed_metrics_enabled=True,
                throttling_rate_limit=REQUESTS_PER_SECOND,
                throttling_burst_limit=2 * REQUESTS_PER_SECOND,
            ),
            access_log_settings=api.CfnStage.AccessLogSettingsProperty(
                destination_arn=self.api_logs.log_group_arn, format=json.dumps(ACCESS_LOG)
            ),
        )

    def _headers(self, deployment: Deployment) -> cloudfront.ResponseHeadersPolicy:
        return cloudfront.ResponseHeadersPolicy(
            self,
            "Headers",
            response_headers_policy_name=f"{deployment.prefix}-headers",
            security_headers_behavior=cloudfront.ResponseSecurityHeadersBehavior(
                content_security_policy=cloudfront.ResponseHeadersContentSecurityPolicy(
                    # a page may say its own: the form of a wash goes to the bucket of washes
                    content_security_policy=CONTENT_SECURITY_POLICY,
                    override=False,
                ),
                content_type_options=cloudfront.ResponseHeadersContentTypeOptions(override=True),
                frame_options=cloudfront.ResponseHeadersFrameOptions(
                    frame_option=cloudfront.HeadersFrameOption.DENY, override=True
                ),
                referrer_policy=cloudfront.ResponseHeadersReferrerPolicy(
                    referrer_policy=cloudfront.HeadersReferrerPolicy.NO_REFERRER, override=True
                ),
                strict_transport_security=cloudfront.ResponseHeadersStrictTransportSecurity(
                    access_control_max_age=Duration.days(730), include_subdomains=True, override=True
                ),
            ),
        )
