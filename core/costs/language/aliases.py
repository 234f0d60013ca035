"""What people call services and providers, beside their names in the bill."""

from typing import Final

SERVICES: Final = {
    "ec2": (
        "Amazon Elastic Compute Cloud", "Amazon Elastic Compute Cloud - Compute", "EC2 - Other",
        "AmazonEC2",
    ),
    "ebs": ("Amazon Elastic Block Store", "EC2 - Other"),
    "s3": ("Amazon Simple Storage Service", "AmazonS3"),
    "rds": ("Amazon Relational Database Service", "AmazonRDS"),
    "eks": (
        "Amazon Elastic Kubernetes Service", "Amazon Elastic Container Service for Kubernetes",
        "AmazonEKS",
    ),
    "ecs": ("Amazon Elastic Container Service", "AmazonECS"),
    "ecr": (
        "Amazon Elastic Container Registry", "Amazon EC2 Container Registry (ECR)", "AmazonECR",
    ),
    "elb": ("Elastic Load Balancing", "Amazon Elastic Load Balancing", "AWSELB"),
    "lambda": ("AWS Lambda", "AWSLambda"),
    "ddb": ("Amazon DynamoDB", "AmazonDynamoDB"),
    "vpc": ("Amazon Virtual Private Cloud", "AmazonVPC", "Virtual Private Cloud", "Networking"),
    "sqs": ("Amazon Simple Queue Service", "AWSQueueService"),
    "sns": ("Amazon Simple Notification Service", "AmazonSNS"),
    "cloudwatch": ("Amazon CloudWatch", "AmazonCloudWatch"),
    "cdn": (
        "Amazon CloudFront", "Cloud CDN", "Azure Front Door Service", "Content Delivery Network",
    ),
    "gce": ("Compute Engine",),
    "gcs": ("Cloud Storage",),
    "gke": ("Kubernetes Engine", "Google Kubernetes Engine"),
    "k8s": (
        "Kubernetes Engine", "Google Kubernetes Engine", "Amazon Elastic Kubernetes Service",
        "Amazon Elastic Container Service for Kubernetes", "AmazonEKS", "Azure Kubernetes Service",
    ),
    "bq": ("BigQuery", "BigQuery Reservation API", "BigQuery Storage API"),
    "gcf": ("Cloud Run Functions", "Cloud Functions"),
    "gcr": ("Cloud Run", "Container Registry", "Artifact Registry"),
    "kms": ("Cloud Key Management Service (KMS)", "AWS Key Management Service"),
    "lb": ("Cloud Load Balancing", "Elastic Load Balancing", "Load Balancer", "Networking"),
    "aks": ("Azure Kubernetes Service",),
    "vm": (
        "Compute Engine", "Amazon Elastic Compute Cloud",
        "Amazon Elastic Compute Cloud - Compute", "AmazonEC2", "Virtual Machines",
    ),
    "blob storage": ("Azure Blob Storage", "Storage", "Storage Accounts"),
    "azure sql": ("SQL Database", "Azure SQL Database"),
    "cosmos": ("Azure Cosmos DB",),
    "object storage": (
        "Cloud Storage", "Amazon Simple Storage Service", "AmazonS3", "Storage Accounts",
    ),
}  # fmt: skip
"""A short name, and the services it may mean: those that are in the bill do."""

SAME: Final = {
    "kubernetes": "k8s",
    "virtual machine": "vm",
    "load balancer": "lb",
    "load balancing": "lb",
}
"""Other spellings of the short names."""

VENDORS: Final = ("google cloud", "google", "amazon", "aws", "azure", "microsoft", "cloud")
"""What a service's name may begin with and people leave out."""

PROVIDERS: Final = {
    "gcp": ("google", "google cloud", "google cloud platform"),
    "aws": ("amazon", "amazon web services"),
    "azure": ("microsoft", "microsoft azure", "azure cloud"),
}
