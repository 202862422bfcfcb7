/** Manifests of a deployment and its service on a port of the nodes, in YAML; the image is of `test/images`. */
export const webService = ({ replicas, nodePort }: { replicas: number; nodePort: number }): string => `
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  replicas: ${replicas}
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec: {containers: [{name: web, image: 'web:1.0'}]}
---
apiVersion: v1
kind: Service
metadata: {name: web}
spec: {type: NodePort, selector: {app: web}, ports: [{port: 80, nodePort: ${nodePort}}]}
`;
